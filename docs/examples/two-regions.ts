// One program in two regions: a table with a replica, and a topic that also delivers to a queue in the other region.
import * as aws from "@pulumi/aws";
import { QueueConsumer, Table, TableConsumer, Topic } from "spillway";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { reviewOrder } from "./callbacks";
import { followOrder } from "./changes";

const virginia = new aws.Provider("virginia", { region: "us-east-1" });

const orders = new Table("orders", {
  hashKey: "orderId",
  stream: true,
  overrides: { table: { replicas: [{ regionName: "us-east-1", pointInTimeRecovery: true }] } },
});
new TableConsumer("order-changes", {
  callback: followOrder,
  table: orders,
  filters: [{ dynamodb: { NewImage: { region: { S: ["eu-west-1"] } } } }], // those that were written here
});

const events = new Topic<OrderEvent>("order-events");
const reviewing = new QueueConsumer("review", { callback: reviewOrder }, { provider: virginia });
events.subscribe(reviewing, { types: ["order.placed"] });

export const reviewQueueUrl = reviewing.queueUrl;
