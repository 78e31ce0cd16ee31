// The pipeline: POST /orders ─► orders queue ─► placeOrder ─► orders table.
import * as aws from "@pulumi/aws";
import { writeTable } from "./components/binding";
import { HttpIngress } from "./components/http-ingress";
import { QueueConsumer } from "./components/queue-consumer";
import { readConfiguration } from "./config";
import { placeOrder } from "./functions/place-order";

const config = readConfiguration();
const operations = {
  logRetention: config.logRetention,
  ...(config.alarmTopicArn !== undefined && { alarmTopicArn: config.alarmTopicArn }),
};

const orders = new aws.dynamodb.Table("orders", {
  billingMode: "PAY_PER_REQUEST",
  hashKey: "orderId",
  attributes: [{ name: "orderId", type: "S" }],
  streamEnabled: true,
  streamViewType: "NEW_AND_OLD_IMAGES",
  pointInTimeRecovery: { enabled: true },
  deletionProtectionEnabled: config.deletionProtection,
});

const placed = new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders) },
  ...operations,
});

const api = new HttpIngress("api", {
  routes: { "POST /orders": placed },
  public: config.publicEndpoint,
  throttle: config.throttle,
  logging: config.apiGatewayLogging,
  logRetention: config.logRetention,
});

export const apiUrl = api.url;
export const ordersQueueUrl = placed.queueUrl;
export const ordersDeadLetterQueueUrl = placed.deadLetterQueueUrl;
export const ordersTableName = orders.name;
export const deadLetters = { orders: placed.deadLetters };
