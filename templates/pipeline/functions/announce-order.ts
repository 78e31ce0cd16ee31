// Announces each new order: a change of the orders table becomes an event of the order-events topic.
import { callback, type PublishTarget, publish, tableChange } from "spillway/callback";
import { type OrderPlaced, PlacedOrder } from "./contracts";

export const announceOrder = callback(
  tableChange(PlacedOrder),
  ({ events }: { events: PublishTarget<OrderPlaced> }) =>
    async ({ newImage }, { correlationId }) => {
      if (newImage === undefined) return;
      const { orderId, sku, quantity } = newImage;
      // A change may come again. It is then the same event, because its id is the same.
      const id = `${orderId}.placed`;
      await publish(events, { type: "order.placed", orderId, sku, quantity }, { id, source: "/orders", correlationId });
    },
);
