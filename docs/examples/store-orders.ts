// The program of the migration pages: a queue, its callback with its dead letters, and the table that it writes to.
import { QueueConsumer, Table, writeTable } from "spillway";
import { storeOrder } from "./store-order";

const orders = new Table("orders", { hashKey: "orderId" });
const storing = new QueueConsumer("orders", {
  callback: storeOrder,
  bindings: { orders: writeTable(orders, ["PutItem"]) },
});

export const queueUrl = storing.queueUrl;
export const deadLetters = { orders: storing.deadLetters };
