// A queue whose callback takes a payment once for each order.
import * as aws from "@pulumi/aws";
import { plain, QueueConsumer } from "spillway";
import { takePayment } from "./callbacks";

const events = new aws.dynamodb.Table("events", {
  billingMode: "PAY_PER_REQUEST",
  hashKey: "id",
  attributes: [{ name: "id", type: "S" }],
  ttl: { attributeName: "expiration", enabled: true },
});
const paying = new QueueConsumer("payments", {
  callback: takePayment,
  bindings: { provider: plain("https://payments.example.com") },
  idempotency: { table: events, key: "orderId" },
});

export const queueUrl = paying.queueUrl;
