// Callbacks as their modules look: a schema, and a factory that receives the bindings.

import { batchCallback, callback, PermanentError } from "spillway/callback";
import * as v from "valibot";
import { Activity } from "../../functions/contracts/activity";
import { OrderPlaced } from "../../functions/contracts/order-placed";

const Payment = v.object({ orderId: v.string(), amount: v.pipe(v.number(), v.minValue(0)) });

/** No retry can fix it: dead-lettered at once, under this name. */
export class PaymentDeclined extends PermanentError {}

export const takePayment = callback(Payment, ({ provider }: { provider: string }) => {
  const payments = new URL("/payments/", provider); // once per environment, kept warm
  return async ({ orderId, amount }, { signal, logger }) => {
    const body = JSON.stringify({ amount });
    const { ok, status } = await fetch(new URL(orderId, payments), { method: "PUT", body, signal });
    if (status === 402) throw new PaymentDeclined(`The payment of order ${orderId} was declined.`);
    if (!ok) throw new Error(`The provider answered ${status}.`); // temporary: it is retried
    logger.info("payment taken", { orderId });
  };
});

export const indexActivity = batchCallback(Activity, ({ index }: { index: string }) => async (records) => {
  const body = JSON.stringify(records.map(({ id, event }) => ({ id, ...event })));
  const response = await fetch(index, { method: "POST", body });
  if (!response.ok) throw new Error(`The index answered ${response.status}.`); // all of them are tried again
  const { refused } = v.parse(v.object({ refused: v.array(v.string()) }), await response.json());
  return refused.map((id) => ({ id, error: new PermanentError("The index refuses it.") }));
});

export const reviewOrder = callback(OrderPlaced, () => ({ orderId }, { logger }) => {
  logger.info("order to be reviewed", { orderId });
});

export const writeReport = callback(v.object({ days: v.number() }), () => ({ days }, { logger }) => {
  logger.info("report of the last days", { days });
});
