// The queue and the table of another tool stay where they are, and a callback of this program consumes the queue.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { QueueConsumer, writeTable } from "spillway";
import { storeOrder } from "./store-order";

const place = "https://sqs.eu-west-1.amazonaws.com/123456789012";
const queue = aws.sqs.Queue.get("former-orders", `${place}/shop-production-orders`);
const dead = aws.sqs.Queue.get("former-orders-dlq", `${place}/shop-production-orders-dlq`);
const orders = aws.dynamodb.Table.get("former-orders", "shop-production-orders");

const storing = new QueueConsumer("orders", {
  callback: storeOrder,
  bindings: { orders: writeTable(orders, ["PutItem"]) },
  queue: {
    url: queue.url,
    arn: queue.arn,
    visibilityTimeout: 180, // what the queue has: at least the timeout of the function, which is 30 s
    maxReceiveCount: 5, // what its redrive policy has
    deadLetterQueue: { url: dead.url, arn: dead.arn },
  },
  enabled: new pulumi.Config().getBoolean("consumeOrders") ?? false, // until the other tool has stopped
});

export const deadLetters = { orders: storing.deadLetters };
