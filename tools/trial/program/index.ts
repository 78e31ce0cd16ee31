// A shop whose orders come by a queue, a FIFO queue, a stream and a topic, with the roles of its operators.
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { plain, QueueConsumer, StreamConsumer, Table, Topic, TopicConsumer, writeTable } from "spillway";
import { work } from "./callbacks";

const seen = new Table("seen", { hashKey: "id" });
const done = new Table("done", { hashKey: "id", timeToLive: "expiration" });
const works = (consumer: string) => ({
  callback: work,
  bindings: { seen: writeTable(seen, ["UpdateItem"]), consumer: plain(consumer) },
  timeout: 3,
});
const queue = { maxReceiveCount: 2, visibilityTimeout: 3 };
const orders = new QueueConsumer("orders", { ...works("orders"), ...queue });
const payments = new QueueConsumer("payments", {
  ...works("payments"),
  ...queue,
  idempotency: { table: done, key: "id" },
});
const ledger = new QueueConsumer("ledger", { ...works("ledger"), ...queue, fifo: true });
const clicks = new StreamConsumer("clicks", {
  ...works("clicks"),
  ...{ shards: 2, batchSize: 20, maximumBatchingWindow: 1, maximumRetryAttempts: 0, bisect: false },
});
type News = { id: string; type: string; customer: string; quantity: number; fault?: string | undefined };
const news = new Topic<News>("news");
const audit = new TopicConsumer("audit", { ...works("audit"), topic: news, maximumRetryAttempts: 0 });

/** The policies of the document, which the trial has written beside the program: by the name of the role. */
const policies: Readonly<Record<string, object>> = JSON.parse(
  readFileSync(path.join(__dirname, "policies.json"), "utf8"),
);
const { accountId } = aws.getCallerIdentityOutput({});
export const roles = Object.fromEntries(
  Object.entries(policies).map(([name, policy]) => {
    const Principal = { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` };
    const role = new aws.iam.Role(name, {
      assumeRolePolicy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
      }),
      inlinePolicies: [{ name: "operate", policy: JSON.stringify(policy) }],
    });
    return [name, role.arn];
  }),
);

export const queueUrls = { orders: orders.queueUrl, payments: payments.queueUrl, ledger: ledger.queueUrl };
export const streamName = clicks.streamName;
export const topicArn = news.topicArn;
export const seenTable = seen.name;
export const deadLetters = {
  orders: orders.deadLetters,
  payments: payments.deadLetters,
  ledger: ledger.deadLetters,
  clicks: clicks.deadLetters,
  news: news.deadLetters,
  audit: audit.deadLetters,
};
