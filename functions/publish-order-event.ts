// Tells the others of an order's change in state: what the orders table's stream says becomes an event on the topic.
import { callback, type PublishTarget, publish, tableChange } from "spillway/callback";
import { Order } from "./contracts/order";
import type { OrderEvent } from "./contracts/order-event";

/** Which changes reach the callback: new orders, and those that become abandoned. Nobody asks for the others. */
export const orderEventFilters = [
  { eventName: ["INSERT"] },
  {
    eventName: ["MODIFY"],
    dynamodb: {
      NewImage: { status: { S: ["abandoned"] } },
      OldImage: { status: { S: [{ "anything-but": ["abandoned"] }] } },
    },
  },
] as const;

export const publishOrderEvent = callback(
  tableChange(Order),
  ({ events }: { events: PublishTarget<OrderEvent> }) =>
    async ({ newImage }, { correlationId }) => {
      if (newImage === undefined) return;
      const event = eventOf(newImage);
      if (event === undefined) return;
      // The same change published again is the same event: its readers can tell it by source and id.
      const id = `${event.orderId}.${event.type}`;
      await publish(events, event, { id, source: "/orders", subject: event.orderId, correlationId });
    },
);

function eventOf({ status, orderId, customerId, items }: Order): OrderEvent | undefined {
  if (status === "placed") return { type: "order.placed", orderId, customerId, items };
  if (status === "abandoned") return { type: "order.abandoned", orderId, customerId };
  return undefined;
}
