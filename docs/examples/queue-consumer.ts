// A queue whose records become items of a table.
import { QueueConsumer, Table, writeTable } from "spillway";
import { placeOrder } from "../../functions/place-order";

const orders = new Table("orders", { hashKey: "orderId" });
const placing = new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders) }, // the table's name and the right to write to it, checked by the compiler
});

export const queueUrl = placing.queueUrl;
