// What docs/concepts/ and docs/guides/ say in numbers: the defaults of the components, and what the stacks cost.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import { evaluateProgram, type Graph } from "@spillway/graph";
import { longestBackOff } from "../../components/runtime/batch/back-off";
import { read, root, tableAfter, unwrapped } from "../support/docs-tables";
import { Example } from "../support/example-program";
import { pipelineGraph } from "../support/pipeline-graph";

const day = 24 * 3600;

function states(file: string, ...parts: readonly string[]): void {
  const text = unwrapped(read(file));
  for (const part of parts) assert.ok(text.includes(part), `${file} does not state: ${part}`);
}

describe("the concepts", () => {
  it("state how long a record waits, and how often it is tried", async () => {
    const pipeline = new Example(await pipelineGraph());
    const queue = pipeline.the("Queue", "orders").inputs;
    const mapping = (name: string) => pipeline.the("EventSourceMapping", name).inputs;
    const { maxReceiveCount } = JSON.parse(String(queue.redrivePolicy));
    const kept = Number(queue.messageRetentionSeconds) / day;
    const streamKept = Number(pipeline.the("Stream", "activity").inputs.retentionPeriod) / 24;
    const { maximumRetryAttempts, maximumEventAgeInSeconds } = pipeline.the(
      "FunctionEventInvokeConfig",
      "audit",
    ).inputs;
    states(
      "docs/concepts/a-record.md",
      `SQS keeps it for ${kept} days`,
      `hidden from other readers for ${queue.visibilityTimeoutSeconds} seconds`,
      `receives up to ${mapping("orders").batchSize} records at once`,
      `up to ${mapping("order-changes").batchSize} changes of one shard`,
      `its shard, ${streamKept} days`,
      `the first and ${mapping("order-changes").maximumRetryAttempts} more`,
      `the first and ${maximumRetryAttempts} more`,
      `up to ${Number(maximumEventAgeInSeconds) / 3600} hours`,
      `SQS, for each message: ${maxReceiveCount}`,
    );
  });

  it("state how long the attempts of a queue take", () => {
    const pauses = (attempts: number) => Array.from({ length: attempts - 1 }, (_, index) => longestBackOff(index + 1));
    const seconds = (attempts: number, share: number) =>
      pauses(attempts).reduce((sum, pause) => sum + 1 + pause * share, 0);
    states(
      "docs/concepts/failure.md",
      `a random time of up to ${pauses(5)
        .join(", ")
        .replace(/, (\d+)$/, " and $1")} s`,
      `over in ${seconds(5, 1)} seconds at most`,
      `for ${Math.round(seconds(20, 0.5) / 60)} minutes on average`,
    );
  });
});

describe("the guides", () => {
  /** USD a month of the row of the first table of what an idle stack costs. */
  const prices = () =>
    new Map(tableAfter("docs/guides/operating.md", "when nothing happens").map(([what = "", price]) => [what, price]));
  const priceOf = (what: string) => Number(prices().get(what)?.replace("up to ", ""));

  /** The second table: of alarms, stream, key and dashboard, polls, and all together. */
  function monthly(graph: Graph): readonly string[] {
    const stack = new Example(graph);
    const [stream] = stack.all("Stream").map(({ inputs }) => inputs);
    const shards = Number(stream?.shardCount ?? 0);
    const retained = Number(stream?.retentionPeriod) > 24 ? priceOf("retention above 24 hours, for each shard") : 0;
    const ofShards = shards * (priceOf("a shard of a provisioned stream") + retained);
    const costs = [
      stack.all("MetricAlarm").length * priceOf("an alarm"),
      shards === 0 ? priceOf("a Kinesis stream on demand") : ofShards,
      stack.all("Key").length * priceOf("a customer managed key") +
        stack.all("Dashboard").length * priceOf("a dashboard"),
      stack.all("EventSourceMapping").filter(({ inputs }) => String(inputs.eventSourceArn).includes(":sqs:")).length *
        priceOf("a queue with a consumer"),
    ];
    return [...costs, costs.reduce((sum, cost) => sum + cost)].map((cost) => cost.toFixed(2));
  }

  it("state what the stacks cost when nothing happens", async () => {
    const stated = tableAfter("docs/guides/operating.md", "For the reference pipeline of this repository");
    assert.deepEqual(
      stated.map(([stack]) => stack),
      ["dev", "prod"],
    );
    for (const [stack = "", ...cells] of stated) {
      const costs = cells.map((cell) => (cell === "none" ? "0.00" : (/\d+\.\d\d$/.exec(cell)?.[0] ?? cell)));
      assert.deepEqual(costs, monthly(await pipelineGraph({ stack })), stack);
    }
  });

  it("state what the endpoints of a network cost", () => {
    const hourly = 0.01;
    const month = 730;
    assert.equal(priceOf("an interface endpoint of a [Network](vpc.md), in each zone"), hourly * month);
    for (const [, endpoints = "", two, one] of tableAfter("docs/guides/vpc.md", "### What it costs")) {
      const zone = Number.parseInt(endpoints, 10) * hourly * month;
      assert.deepEqual([two, one], [(2 * zone).toFixed(2), zone.toFixed(2)]);
    }
  });

  it("use what exists where the configuration names it", async () => {
    const account = "https://sqs.eu-west-1.amazonaws.com/123456789012";
    const graph = await evaluateProgram({
      program: path.join(root, "docs", "examples", "existing-resources.ts"),
      stack: "prod",
      config: {
        "spillway:legacyQueueUrl": `${account}/legacy`,
        "spillway:legacyDeadLettersUrl": `${account}/legacy-dead`,
        "spillway:legacyTableName": "legacy-orders",
        "spillway:legacyTopicArn": "arn:aws:sns:eu-west-1:123456789012:legacy-events",
      },
    });
    const example = new Example(graph);
    const legacy = "arn:aws:sqs:eu-west-1:123456789012:legacy";
    assert.equal(example.the("EventSourceMapping", "orders").inputs.eventSourceArn, legacy);
    assert.deepEqual([example.all("Table").length, example.all("Topic").length], [0, 0]);
    const { deadLetterQueueUrl, maxReceiveCount } = example.settings("orders").source ?? {};
    assert.deepEqual([deadLetterQueueUrl, maxReceiveCount], [`${account}/legacy-dead`, 5]);
    assert.deepEqual(example.settings("orders").bindings, { orders: "legacy-orders" });
    const topic = "arn:aws:sns:eu-west-1:123456789012:legacy-events";
    assert.equal(example.the("Permission", "review").inputs.sourceArn, topic);
    assert.deepEqual(example.allowed("announce", topic), ["sns:Publish"]);
  });
});
