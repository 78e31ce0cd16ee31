// A Kinesis stream with its consumers, from a record put by an SDK client to what the callbacks have done, in real
// environments.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import { KinesisClient, PutRecordCommand, PutRecordsCommand, SplitShardCommand } from "@aws-sdk/client-kinesis";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { Run, reasonOf } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";
import type { Step } from "../fixtures/activity-callbacks";

describe("a Kinesis stream with its consumers, on this machine", () => {
  let run: Run;
  let kinesis: KinesisClient;
  before(async () => {
    run = await Run.start({ program: path.join(__dirname, "..", "fixtures", "activity.ts"), speed: 4 });
    kinesis = new KinesisClient({
      endpoint: run.local.address,
      region: run.local.graph.region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
  });
  after(async () => {
    kinesis?.destroy();
    await run?.stop();
  });

  /** In one request, so that they are likely to be in one batch. */
  const put = (steps: readonly Step[], key = "k") =>
    kinesis.send(
      new PutRecordsCommand({
        StreamName: run.output("stepsStream"),
        Records: steps.map((step) => ({ PartitionKey: key, Data: Buffer.from(JSON.stringify(step)) })),
      }),
    );
  const runsOf = async (id: string) => Number((await run.item("runsTable", { id }))?.runs ?? 0);

  it("dead-letters a poison record once, however often an earlier transient failure is retried", async () => {
    await put([
      { id: "a" },
      { id: "b", does: "fail thrice" },
      { id: "c" },
      { id: "d", does: "refuse" },
      { id: "e", does: "fail once" },
      { id: "f", does: "refuse" },
      { id: "g" },
    ]);
    await until(async () => (await runsOf("steps g")) > 0);
    const letters = await run.receive("stepsDeadLettersUrl", 2);
    const bodies = letters.map(({ Body }) => JSON.parse(Buffer.from(Body ?? "", "base64").toString()).id);
    assert.deepEqual(bodies.sort(), ["d", "f"]);
    const reason = letters[0] && reasonOf(letters[0]);
    assert.deepEqual([reason?.errorType, reason?.partitionKey, reason?.encoding], ["NotWanted", "k", "base64"]);
    assert.equal(await runsOf("steps b"), 4);
    const { Attributes = {} } = await run.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: run.output("stepsDeadLettersUrl"), AttributeNames: ["All"] }),
    );
    const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: received } = Attributes;
    assert.deepEqual([waiting, received], ["0", "2"]);
  });

  it("gives up a record that always fails after its retries, alone, and continues with the shard", async () => {
    await put([{ id: "h" }, { id: "i", does: "fail" }, { id: "j" }]);
    await until(async () => (await runsOf("steps j")) > 0);
    const [letter] = await run.receive("stepsDeadLettersUrl", 1);
    const { requestContext, KinesisBatchInfo: batch } = JSON.parse(letter?.Body ?? "{}");
    assert.equal(requestContext.condition, "RetryAttemptsExhausted");
    assert.equal(requestContext.approximateInvokeCount, 6);
    assert.equal(batch.batchSize, 1);
    assert.equal(batch.streamArn, run.output("stepsStreamArn"));
    assert.match(batch.shardId, /^shardId-\d{12}$/);
  });

  it("passes each consumer the records that its filters match, also with enhanced fan-out", async () => {
    await put([{ id: "only-1" }, { id: "both-1" }]);
    await until(async () => (await runsOf("fast both-1")) === 1 && (await runsOf("steps both-1")) === 1);
    assert.equal(await runsOf("fast only-1"), 0);
  });

  it("continues in the child shards after a split", async () => {
    const { ShardId } = await kinesis.send(
      new PutRecordCommand({
        StreamName: run.output("stepsStream"),
        PartitionKey: "k",
        Data: Buffer.from(JSON.stringify({ id: "before" })),
      }),
    );
    const NewStartingHashKey = String(2n ** 127n);
    await kinesis.send(
      new SplitShardCommand({ StreamName: run.output("stepsStream"), ShardToSplit: ShardId, NewStartingHashKey }),
    );
    const ids = Array.from({ length: 20 }, (_, index) => `split-${index}`);
    await until(async () => {
      for (const id of ids) await put([{ id }], id);
      return true;
    });
    await until(async () => (await Promise.all(ids.map((id) => runsOf(`steps ${id}`)))).every((runs) => runs > 0));
    assert.ok((await runsOf("steps before")) > 0);
  });

  it("handles twenty thousand records over four shards", async () => {
    for (let sent = 0; sent < 20_000; sent += 500) {
      await kinesis.send(
        new PutRecordsCommand({
          StreamName: run.output("manyStream"),
          Records: Array.from({ length: 500 }, (_, index) => ({
            PartitionKey: `k-${index}`,
            Data: Buffer.from(JSON.stringify({ id: String(sent + index) })),
          })),
        }),
      );
    }
    const succeeded = () =>
      run.lines
        .filter((line) => line.includes("RecordsSucceeded") && line.includes(run.output("manyFunction")))
        .reduce((sum, line) => sum + Number(JSON.parse(line).RecordsSucceeded), 0);
    await until(() => succeeded() === 20_000);
  });
});
