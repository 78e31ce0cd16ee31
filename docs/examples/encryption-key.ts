// A queue and a table that are encrypted with a key of their own.
import { EncryptionKey, type Operations, QueueConsumer, Table, writeTable } from "spillway";
import { placeOrder } from "../../functions/place-order";

const key = new EncryptionKey("data");
const operations: Operations = { kmsKeyArn: key.keyArn };
const orders = new Table("orders", { hashKey: "orderId", ...operations });
new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders) },
  ...operations,
});
