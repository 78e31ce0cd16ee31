import { strict as assert } from "node:assert";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListShardsCommand } from "@aws-sdk/client-kinesis";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { consumerNamed, type ReplayResult, replay } from "@spillway/operations";
import { until } from "../../../test/support/until";
import { Deployed } from "./support/fixed";

interface Range {
  readonly shardId: string;
  readonly startSequenceNumber: string;
  readonly endSequenceNumber: string;
  readonly batchSize: number;
}

describe("replay", () => {
  let deployed: Deployed;
  /** The first and the last of k-1 to k-3, which Lambda has described in one or several messages. */
  let whole: Range;
  before(async () => {
    deployed = await Deployed.start("replayed");
    await deployed.put({ id: "k-1" }, { id: "other-1" }, { id: "k-2" }, { id: "k-3" }, { id: "p-1" }, { id: "p-2" });
    for (const id of ["t-1", "t-2"]) await deployed.write({ id });
    await deployed.publish({ id: "a-1" });
    const size = (ranges: readonly Range[]) => ranges.reduce((sum, { batchSize }) => sum + batchSize, 0);
    await until(async () => size(await rangesOf("clicks")) === 3, "Lambda gives up k-1 to k-3");
    await until(async () => size(await rangesOf("changes")) === 2, "Lambda gives up two changes");
    await until(async () => size(await keptRanges()) === 2, "Lambda gives up p-1 and p-2");
    await deployed.waitFor("audit", 1);
    const ranges = await rangesOf("clicks");
    const [first = assert.fail()] = ranges;
    whole = { ...first, endSequenceNumber: ranges.at(-1)?.endSequenceNumber ?? "", batchSize: 3 };
  });
  after(() => deployed?.stop());

  const replayed = (name: string, more: Partial<Parameters<typeof replay>[0]> = {}) =>
    deployed.as("replay", (stack) =>
      replay({
        ...{ stack, name, limit: 1000, yes: false, keep: false, wholeRange: false, audit: true },
        ...{ signal: new AbortController().signal, say: () => {} },
        ...more,
      }),
    );
  const outcomes = ({ descriptions }: ReplayResult) =>
    descriptions.map(({ outcome, records, done, removed }) => [outcome, records, done, removed]);
  const doneIds = async (prefix: string) =>
    (await deployed.run.items("doneTable"))
      .map(({ id }) => String(id))
      .filter((id) => id.startsWith(prefix))
      .sort();
  const bodiesOf = async (name: string) => {
    const { Messages = [] } = await deployed.run.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: consumerNamed(deployed.stack, name).url,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 0,
      }),
    );
    return Messages.map(({ Body = "" }) => JSON.parse(Body));
  };
  const rangesOf = async (name: string): Promise<readonly Range[]> =>
    (await bodiesOf(name))
      .flatMap((body) => body.KinesisBatchInfo ?? body.DDBStreamBatchInfo ?? [])
      .sort((a, b) => (BigInt(a.startSequenceNumber) < BigInt(b.startSequenceNumber) ? -1 : 1));
  const objects = async () => {
    const { s3 } = deployed.clients;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: deployed.run.output("bucketName") }));
    return Contents;
  };
  const keptRanges = async (): Promise<readonly Range[]> => {
    const { s3 } = deployed.clients;
    const ranges: Range[] = [];
    for (const { Key } of await objects()) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: deployed.run.output("bucketName"), Key }));
      ranges.push(JSON.parse((await Body?.transformToString()) ?? "").KinesisBatchInfo);
    }
    return ranges;
  };
  /** Another message of Lambda's about the stream. */
  const describeRange = async (range: Partial<Range>): Promise<string> => {
    const [body] = (await bodiesOf("clicks")).filter(({ KinesisBatchInfo }) => KinesisBatchInfo !== undefined);
    const MessageBody = JSON.stringify({ ...body, KinesisBatchInfo: { ...body.KinesisBatchInfo, ...whole, ...range } });
    const QueueUrl = consumerNamed(deployed.stack, "clicks").url;
    return (await deployed.run.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))).MessageId ?? "";
  };

  it("keeps the description of what fails again, and says which record failed and why", async () => {
    const id = await describeRange({});
    const result = await replayed("clicks", { ids: [id] });
    assert.deepEqual(outcomes(result), [["failed", 3, 0, false]]);
    const { why = "" } = result.descriptions[0] ?? {};
    assert.equal(why, `No record is done; ${whole.startSequenceNumber} failed: RangeError: k-1 does not work yet`);
    assert.deepEqual(await doneIds("k"), []);
  });

  it("looks only, when there are several, and tells what is past retention, and what was not given up", async () => {
    // The number with which the shard begins, which no record has: as if the records from there on had been trimmed.
    const { Shards = [] } = await deployed.clients.kinesis.send(
      new ListShardsCommand({ StreamName: deployed.run.output("streamName") }),
    );
    const before = Shards[0]?.SequenceNumberRange?.StartingSequenceNumber ?? "";
    const early = await describeRange({ startSequenceNumber: before, batchSize: 5 });
    const narrow = await describeRange({ batchSize: 1 });
    const gone = await describeRange({ startSequenceNumber: before, endSequenceNumber: before, batchSize: 1 });
    const foreign = await describeRange({ startSequenceNumber: "1", endSequenceNumber: "1", batchSize: 1 });
    const { dry, descriptions } = await replayed("clicks");
    assert.equal(dry, true);
    const byId = new Map(descriptions.map((each) => [each.id, each]));
    assert.equal(byId.get(early)?.outcome, "ready");
    assert.equal(
      byId.get(early)?.expired,
      `2 records from ${before} up to, but not with, ${whole.startSequenceNumber}`,
    );
    assert.equal(byId.get(narrow)?.outcome, "ambiguous");
    assert.match(
      byId.get(narrow)?.why ?? "",
      /^its range has 3 records, and Lambda gave up 1: the other 2 were in batches/,
    );
    assert.equal(byId.get(gone)?.outcome, "expired");
    assert.equal(byId.get(gone)?.expired, `all 1 records, ${before} to ${before}`);
    assert.equal(byId.get(foreign)?.outcome, "failed");
    assert.match(byId.get(foreign)?.why ?? "", /StartingSequenceNumber/);
    assert.deepEqual(await doneIds("k"), []);
  });

  it("runs the records in order, deletes the descriptions of what is done, and writes who did it", async () => {
    const Item = { id: "fixed" };
    await deployed.run.tables.send(new PutCommand({ TableName: deployed.run.output("doneTable"), Item }));
    const { descriptions } = await replayed("clicks", { yes: true });
    const kinds = new Set(descriptions.map(({ outcome, removed }) => `${outcome} ${removed}`));
    const expected = ["ambiguous false", "expired false", "failed false", "incomplete false", "replayed true"];
    assert.deepEqual([...kinds].sort(), expected);
    assert.deepEqual(await doneIds("k"), ["k-1", "k-2", "k-3"]);
    assert.deepEqual(await deployed.depth("clicks"), [4, 0]);
    assert.deepEqual(await doneIds("other"), [], "what the mapping's filter leaves out is not run");
    const { logGroupName } = consumerNamed(deployed.stack, "clicks");
    const { events = [] } = await deployed.clients.logs.send(
      new FilterLogEventsCommand({ logGroupName, logStreamNames: ["spillway-operations"] }),
    );
    const last = events.map(({ message = "" }) => JSON.parse(message)).slice(-2);
    const { length } = descriptions;
    assert.deepEqual(
      last.map(({ operation, phase, count }) => [operation, phase, count]),
      [
        ["replay", "intended", length],
        ["replay", "done", length - 4],
      ],
    );
    for (const { who } of last) assert.match(who, /:assumed-role\/.*operator-replay.*\/ada$/);
  });

  it("leaves to the consumer what can never succeed", async () => {
    await deployed.put({ id: "k-9", refused: true });
    await deployed.waitFor("clicks", 5);
    const reader = await deployed.run.receiveFrom(consumerNamed(deployed.stack, "clicks").url, 5);
    const reason = reader.flatMap(({ MessageAttributes }) => MessageAttributes?.DeadLetterReason?.StringValue ?? []);
    const { sequenceNumber } = JSON.parse(reason[0] ?? "{}");
    const QueueUrl = consumerNamed(deployed.stack, "clicks").url;
    const info = { ...whole, startSequenceNumber: sequenceNumber, endSequenceNumber: sequenceNumber, batchSize: 1 };
    const body = JSON.parse(reader.find(({ Body = "" }) => Body.includes("KinesisBatchInfo"))?.Body ?? "{}");
    const MessageBody = JSON.stringify({ ...body, KinesisBatchInfo: { ...body.KinesisBatchInfo, ...info } });
    await deployed.run.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const { descriptions } = await replayed("clicks");
    assert.deepEqual(outcomes({ descriptions } as ReplayResult), [["replayed", 1, 1, true]]);
    assert.equal(descriptions[0]?.deadLettered, 1);
  });

  it("takes the payload from the bucket where it is, and keeps it if asked to", async () => {
    const keys = (await objects()).map(({ Key }) => Key);
    const done = (result: ReplayResult) => result.descriptions.reduce((sum, each) => sum + each.done, 0);
    assert.equal(done(await replayed("kept", { yes: true, keep: true })), 2);
    assert.deepEqual(
      (await objects()).map(({ Key }) => Key),
      keys,
    );
    assert.equal(done(await replayed("kept", { yes: true })), 2);
    assert.deepEqual(await objects(), []);
    assert.deepEqual(await doneIds("p"), ["p-1", "p-2"]);
  });

  it("runs the changes of a table, and the event of a topic", async () => {
    const changes = await replayed("changes", { yes: true });
    assert.ok(changes.descriptions.every(({ outcome, removed }) => outcome === "replayed" && removed));
    assert.deepEqual(await doneIds("t"), ["t-1 changed", "t-2 changed"]);
    assert.deepEqual(outcomes(await replayed("audit")), [["replayed", 1, 1, true]]);
    assert.deepEqual(await doneIds("a-"), ["a-1"]);
    assert.deepEqual([await deployed.depth("changes"), await deployed.depth("audit")], Array(2).fill([0, 0]));
  });

  it("refuses a consumer whose windows would count wrongly", async () => {
    await assert.rejects(replayed("counted"), /^Error: "counted" counts its records in tumbling windows of 60 s\. /);
  });
});
