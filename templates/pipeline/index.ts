// The program: a pipeline from the endpoint that takes orders to the table of their confirmations.
import { HttpIngress, publishTo, QueueConsumer, Table, TableConsumer, Topic, writeTable } from "spillway";
import { announceOrder } from "./functions/announce-order";
import { confirmOrder } from "./functions/confirm-order";
import type { OrderPlaced } from "./functions/contracts";
import { placeOrder } from "./functions/place-order";

// POST /orders ─► orders queue ─► placeOrder ─► orders table
const orders = new Table("orders", { hashKey: "orderId", stream: true });
const placing = new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders, ["PutItem"]) },
});
// Callers sign with their AWS credentials. With `public: true`, anybody may call it.
const api = new HttpIngress("api", { routes: { "POST /orders": placing } });

// orders table ─► announceOrder ─► order-events topic
const orderEvents = new Topic<OrderPlaced>("order-events");
const announcing = new TableConsumer("order-changes", {
  callback: announceOrder,
  bindings: { events: publishTo(orderEvents) },
  table: orders,
  filters: [{ eventName: ["INSERT"] }],
});

// order-events topic ─► confirmations queue ─► confirmOrder ─► confirmations table
const confirmations = new Table("confirmations", { hashKey: "orderId" });
const confirming = new QueueConsumer("confirmations", {
  callback: confirmOrder,
  bindings: { confirmations: writeTable(confirmations, ["PutItem"]) },
});
orderEvents.subscribe(confirming, { types: ["order.placed"] });

/** The consumers and topics by their names, so that the compiler knows what a test may send. */
export type Consumers = {
  orders: typeof placing;
  "order-changes": typeof announcing;
  "order-events": typeof orderEvents;
  confirmations: typeof confirming;
};

export const apiUrl = api.url;
export const ordersQueueUrl = placing.queueUrl;
export const ordersTableName = orders.name;
export const orderEventsTopicArn = orderEvents.topicArn;
export const confirmationsTableName = confirmations.name;
export const deadLetters = {
  orders: placing.deadLetters,
  "order-changes": announcing.deadLetters,
  "order-events": orderEvents.deadLetters,
  confirmations: confirming.deadLetters,
};
