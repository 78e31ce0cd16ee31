// What a reader expects of each program that the pages of patterns and the pages of docs/migration/ show. What the
// patterns do with events is in test/docs/patterns.test.ts.
import { strict as assert } from "node:assert";
import type { Example } from "./example-program";

/** What each subscription delivers, by its name. */
const subscriptions = (example: Example) =>
  Object.fromEntries(
    example.all("TopicSubscription").map(({ name, inputs }) => [name, JSON.parse(String(inputs.filterPolicy)).type]),
  );

export const patterns: Readonly<Record<string, (example: Example) => void>> = {
  "saga.ts": (example) => {
    assert.deepEqual(subscriptions(example), {
      "trip-events-book-room": ["seat.booked"],
      "trip-events-pay": ["room.booked"],
      "trip-events-release-room": ["payment.refused"],
      "trip-events-release-seat": ["room.refused", "room.released"],
    });
    for (const step of ["book-seat", "book-room", "pay", "release-room", "release-seat"]) {
      assert.deepEqual(example.allowed(step, example.arn("Table", "trips")), ["dynamodb:UpdateItem"]);
      assert.deepEqual(example.allowed(step, example.arn("Topic", "trip-events")), ["sns:Publish"]);
    }
  },

  "ordering.ts": (example) => {
    const { fifoQueue, deduplicationScope, fifoThroughputLimit } = example.the("Queue", "ledger").inputs;
    assert.deepEqual([fifoQueue, deduplicationScope, fifoThroughputLimit], [true, "messageGroup", "perMessageGroupId"]);
    assert.equal(example.the("Queue", "ledger-dead-letters").inputs.fifoQueue, true);
    assert.equal(example.the("EventSourceMapping", "positions").inputs.parallelizationFactor, 4);
  },

  "welcome.ts": (example) => {
    assert.deepEqual(example.settings("welcomes").idempotency, {
      tableArn: example.arn("Table", "welcomed"),
      scope: "spillway/dev/welcomes",
      key: ["memberId"],
      expiresAfter: 604_800,
    });
    assert.deepEqual(example.the("Table", "welcomed").inputs.ttl, { attributeName: "expiration", enabled: true });
    assert.deepEqual(example.allowed("registrations", example.arn("Queue", "welcomes")), ["sqs:SendMessage"]);
  },

  "large-payloads.ts": (example) => {
    const objects = `${example.arn("Bucket", "payloads")}/reports/*`;
    assert.deepEqual(example.allowed("make-report", objects), ["s3:PutObject"]);
    assert.deepEqual(example.allowed("read-report", objects), ["s3:GetObject"]);
    assert.deepEqual(example.allowed("read-report", example.arn("Bucket", "payloads")), ["s3:ListBucket"]);
    const [rule] = example.the("BucketLifecycleConfiguration", "payloads").inputs.rules as readonly {
      readonly expiration: { readonly days: number };
    }[];
    const seconds = ["read-report", "read-report-dead-letters"].map((queue) =>
      Number(example.the("Queue", queue).inputs.messageRetentionSeconds),
    );
    const longest = seconds.reduce((sum, each) => sum + each, 0) / 86_400;
    assert.ok(Number(rule?.expiration.days) > longest, `${longest} days`);
  },

  "uploads.ts": (example) => {
    assert.deepEqual(example.senders("uploads"), [example.arn("Bucket", "pictures")]);
    const { inputs, options } = example.the("BucketNotification", "pictures");
    assert.deepEqual(inputs.queues, [
      { queueArn: example.arn("Queue", "uploads"), events: ["s3:ObjectCreated:*"], filterPrefix: "in/" },
    ]);
    assert.ok(options.dependsOn.includes(example.the("QueuePolicy", "uploads").urn), "S3 checks the policy at once");
  },

  "store-orders.ts": (example) => {
    assert.equal(example.the("EventSourceMapping", "orders").inputs.eventSourceArn, example.arn("Queue", "orders"));
    assert.deepEqual(example.allowed("orders", example.arn("Table", "orders")), ["dynamodb:PutItem"]);
  },

  "kept-queue.ts": (example) => {
    const place = "arn:aws:sqs:eu-west-1:123456789012:shop-production-orders";
    const { eventSourceArn, enabled } = example.the("EventSourceMapping", "orders").inputs;
    assert.deepEqual([eventSourceArn, enabled], [place, false]);
    // Nothing of the other tool is made or changed.
    assert.deepEqual([example.all("Queue"), example.all("QueuePolicy"), example.all("Table")], [[], [], []]);
    assert.ok(example.allowed("orders", `${place}-dlq`).includes("sqs:SendMessage"));
  },

  "taken-over.ts": (example) => {
    for (const type of ["Queue", "Table"]) {
      const { urn, options } = example.the(type, "orders");
      assert.match(urn, /::spillway:index:/, "a child of the component");
      const formerly = options.aliases.map((alias) => JSON.stringify(alias)).join();
      assert.match(formerly, /"noparent":true/, "known by its place in the program before");
    }
  },
};
