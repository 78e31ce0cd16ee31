// A queue whose records become items of a table.
import * as aws from "@pulumi/aws";
import { QueueConsumer, writeTable } from "spillway";
import { placeOrder } from "../../functions/place-order";

const orders = new aws.dynamodb.Table("orders", {
  billingMode: "PAY_PER_REQUEST",
  hashKey: "orderId",
  attributes: [{ name: "orderId", type: "S" }],
});

const placing = new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders) }, // the table's name and the right to write to it, checked by the compiler
});

export const queueUrl = placing.queueUrl;
