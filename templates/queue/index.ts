// The program: the orders queue, the callback that consumes it, and the table that the callback writes to.
import { QueueConsumer, Table, writeTable } from "spillway";
import { placeOrder } from "./functions/place-order";

const orders = new Table("orders", { hashKey: "orderId" });

// orders queue ─► placeOrder ─► orders table
const placing = new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders, ["PutItem"]) },
});

/** The consumers by their names, so that the compiler knows what a test may send. */
export type Consumers = { orders: typeof placing };

export const ordersQueueUrl = placing.queueUrl;
export const ordersTableName = orders.name;
export const deadLetters = { orders: placing.deadLetters };
