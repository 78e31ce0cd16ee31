// A queue, a table and a topic that exist already, named by the stack's configuration. A stack that names none, as that
// of the local run, has its own.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { publishTo, QueueConsumer, Table, Topic, TopicConsumer, writeTable } from "spillway";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { placeOrder } from "../../functions/place-order";
import { reviewOrder } from "./callbacks";
import { announce } from "./forwarding";

const config = new pulumi.Config();

function legacyQueue(url: string) {
  const { arn } = aws.sqs.Queue.get("legacy", url);
  const dead = aws.sqs.Queue.get("legacy-dead-letters", config.require("legacyDeadLettersUrl"));
  const deadLetterQueue = { url: dead.url, arn: dead.arn };
  return { url, arn, visibilityTimeout: 180, maxReceiveCount: 5, deadLetterQueue };
}
const queueUrl = config.get("legacyQueueUrl");

const tableName = config.get("legacyTableName");
const orders =
  tableName === undefined
    ? new Table("orders", { hashKey: "orderId" })
    : aws.dynamodb.Table.get("legacy-orders", tableName);

const placing = new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders, ["PutItem"]) },
  ...(queueUrl !== undefined && { queue: legacyQueue(queueUrl) }),
});

const topicArn = config.get("legacyTopicArn");
const events =
  topicArn === undefined ? new Topic<OrderEvent>("events") : { arn: topicArn, topicArn: pulumi.output(topicArn) };

new TopicConsumer("review", { callback: reviewOrder, topic: events, types: ["order.placed"] });
new QueueConsumer("announce", { callback: announce, bindings: { events: publishTo(events) } });

export const deadLetters = { orders: placing.deadLetters };
