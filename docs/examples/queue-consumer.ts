// A queue whose records become items of a table.
import { QueueConsumer, Table, writeTable } from "spillway";
import { placeOrder } from "../../functions/place-order";

const orders = new Table("orders", { hashKey: "orderId" });
const placing = new QueueConsumer("orders", {
  callback: placeOrder,
  // The table's name, and the right to write to it.
  bindings: { orders: writeTable(orders) },
});

export const queueUrl = placing.queueUrl;
