// Tells others of each payment that was decided.
import { callback, type PublishTarget, publish, tableChange } from "spillway/callback";
import { Payment } from "./contracts/payment";
import type { PaymentEvent } from "./contracts/payment-event";

export const publishPayment = callback(
  tableChange(Payment),
  ({ events }: { events: PublishTarget<PaymentEvent> }) =>
    async ({ newImage }, { correlationId }) => {
      if (newImage === undefined) return;
      const { paymentId, accountId, amount, status } = newImage;
      // The same payment published again is the same event: its readers know it by the id.
      const event = { type: `payment.${status}`, paymentId, accountId, amount } as const;
      await publish(events, event, { id: paymentId, source: "/payments", correlationId });
    },
);
