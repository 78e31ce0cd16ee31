import { strict as assert } from "node:assert";
import * as path from "node:path";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { Run } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

/** Back-off and visibility timeouts run this many times faster. */
const speed = 10;

describe("idempotent callbacks, on this machine", () => {
  let run: Run;
  let sns: SNSClient;
  before(async () => {
    run = await Run.start({ program: path.join(__dirname, "..", "fixtures", "idempotency.ts"), speed });
    sns = new SNSClient({
      endpoint: run.local.address,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
  });
  after(async () => {
    sns?.destroy();
    await run?.stop();
  });

  const runsOf = async (jobId: string) => Number((await run.item("runsTable", { jobId }))?.runs ?? 0);
  const isDone = async (jobId: string) =>
    (await run.item("runsTable", { jobId: `${jobId} is done` })) !== undefined && (await inHand()) === 0;
  const inHand = async () => (await run.items("eventsTable")).filter(({ status }) => status === "INPROGRESS").length;
  const emptied = async (queue: string) => {
    const { Attributes = {} } = await run.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: run.output(queue), AttributeNames: ["All"] }),
    );
    return Attributes.ApproximateNumberOfMessages === "0" && Attributes.ApproximateNumberOfMessagesNotVisible === "0";
  };
  /** The records of which it was said that their event was handled before. */
  const skipped = () =>
    run.lines
      .filter((line) => line.includes("the callback is not run again"))
      .map((line) => (JSON.parse(line) as { recordId: string }).recordId);
  const failuresOf = (id: string) =>
    run.lines.flatMap((line) => {
      if (!line.includes('"failures"')) return [];
      const { failures } = JSON.parse(line) as { failures: { id: string; errorType: string }[] };
      return failures.filter((failure) => failure.id === id).map(({ errorType }) => errorType);
    });
  afterEach(async () => assert.ok(await emptied("jobsDeadLettersUrl"), "nothing is given up"));

  it("run once for an event that is sent twenty times at once", async () => {
    const MessageBody = JSON.stringify({ jobId: "twenty", does: "succeed" });
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody }));
    const sent = await Promise.all(
      [1, 2].map(() => run.sqs.send(new SendMessageBatchCommand({ QueueUrl: run.output("jobsUrl"), Entries }))),
    );
    const ids = sent.flatMap(({ Successful = [] }) => Successful.map(({ MessageId = "" }) => MessageId));
    await until(() => emptied("jobsUrl"));
    assert.equal(await runsOf("twenty"), 1);
    await until(() => ids.filter((id) => skipped().includes(id)).length === 19);
  });

  it("run an event again after a failed first attempt, and then no more", async () => {
    const job = { jobId: "fails", does: "fail" };
    const id = await run.send("jobsUrl", job);
    await until(async () => (await isDone("fails")) && failuresOf(id).length > 0);
    assert.deepEqual(failuresOf(id), ["RangeError"]);
    assert.equal(await runsOf("fails"), 2);
    const duplicate = await run.send("jobsUrl", job);
    await until(() => skipped().includes(duplicate));
    assert.equal(await runsOf("fails"), 2);
  });

  it("do not lock out the retry of a record whose process was killed", async () => {
    const id = await run.send("jobsUrl", { jobId: "killed", does: "hang" });
    await until(async () => (await runsOf("killed")) === 1);
    assert.equal(await inHand(), 1);
    const busy = run.local.processes.filter((process) => process.busy);
    for (const { pid } of busy) if (pid !== undefined) process.kill(pid, "SIGKILL");
    await until(() => isDone("killed"));
    assert.equal(await runsOf("killed"), 2);
    await until(() => emptied("jobsUrl"));
    assert.deepEqual(failuresOf(id), [], "no attempt was lost on what the dead left behind");
  });

  it("release an event that still ran at the deadline", async () => {
    const id = await run.send("jobsUrl", { jobId: "hangs", does: "hang" });
    await until(async () => (await isDone("hangs")) && failuresOf(id).length > 0);
    assert.deepEqual([failuresOf(id), await runsOf("hangs")], [["CallbackTimeout"], 2]);
  });

  it("retry a duplicate that arrives while the first is in progress, and then skip it", async () => {
    const job = { jobId: "waits", does: "wait" };
    await run.send("patientUrl", job);
    await until(async () => (await runsOf("waits")) === 1);
    const duplicate = await run.send("patientUrl", job);
    await until(() => failuresOf(duplicate).length > 0);
    await run.tables.send(
      new UpdateCommand({
        TableName: run.output("runsTable"),
        Key: { jobId: "waits" },
        UpdateExpression: "SET released = :true",
        ExpressionAttributeValues: { ":true": true },
      }),
    );
    await until(() => skipped().includes(duplicate));
    assert.deepEqual([...new Set(failuresOf(duplicate))], ["IdempotencyAlreadyInProgressError"]);
    assert.equal(await runsOf("waits"), 1);
    await until(() => emptied("patientUrl"));
  });

  it("work for a topic; another consumer's events are separate", async () => {
    const publish = async () => {
      const Message = JSON.stringify({ jobId: "twenty", does: "succeed" });
      const { MessageId = "" } = await sns.send(new PublishCommand({ TopicArn: run.output("askedArn"), Message }));
      return MessageId;
    };
    const before = await runsOf("twenty");
    await publish();
    await until(async () => (await runsOf("twenty")) === before + 1 && (await inHand()) === 0);
    const duplicate = await publish();
    await until(() => skipped().includes(duplicate));
    assert.equal(await runsOf("twenty"), before + 1);
  });

  it("work for the changes of a table", async () => {
    const TableName = run.output("notesTable");
    const before = skipped().length;
    for (const _ of [1, 2]) {
      await run.tables.send(new PutCommand({ TableName, Item: { id: "n-1" } }));
      await run.tables.send(new DeleteCommand({ TableName, Key: { id: "n-1" } }));
    }
    await until(() => skipped().length >= before + 2);
    assert.deepEqual([await runsOf("INSERT n-1"), await runsOf("REMOVE n-1")], [1, 1]);
  });
});
