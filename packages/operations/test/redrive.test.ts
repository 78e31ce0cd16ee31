import { strict as assert } from "node:assert";
import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { type MessageAttributeValue, SendMessageCommand } from "@aws-sdk/client-sqs";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { type RedriveAnswer, redrive } from "../redrive/redrive";
import type { RedriveRequest } from "../redrive/request";
import { Fixable } from "./support/fixable";

describe("a redrive", () => {
  let fixable: Fixable;
  before(async () => {
    fixable = await Fixable.start();
  });
  after(() => fixable?.stop());

  const request = (name: string, more: Partial<RedriveRequest> = {}): RedriveRequest => ({
    consumer: fixable.consumer(name),
    filter: {},
    yes: true,
    canaryTimeout: 60,
    stopAfter: 5,
    audit: true,
    ...more,
  });
  const start = (name: string, more: Partial<RedriveRequest> = {}, signal?: AbortSignal) =>
    redrive(fixable.stack, request(name, more), fixable.working(signal));
  const doneOf = (answer: RedriveAnswer) => ("done" in answer ? answer.done : assert.fail("it is a plan"));
  const planOf = (answer: RedriveAnswer) => ("plan" in answer ? answer.plan : assert.fail("it is done"));
  const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);

  it("only says what it would do with several letters, and consumes none", async () => {
    for (const id of ids("dry", 3)) await fixable.send(fixable.run.output("jobsUrl"), { id, refused: "dry" });
    await fixable.hasLetters("jobs", 3);
    const plan = planOf(await start("jobs", { yes: false }));
    assert.deepEqual([plan.count, plan.read], [3, 3]);
    const [group] = plan.groups;
    assert.deepEqual([group?.errorType, group?.count], ["Refused", 3]);
    assert.match(group?.to ?? "", /^queue spillway-dev-jobs-/);
    assert.equal((await fixable.letters("jobs")).length, 3);
  });

  it("moves a whole queue by AWS itself, with what consumers stored", async () => {
    await fixable.fix("dry");
    const done = doneOf(await start("jobs"));
    assert.deepEqual([done.byAws, done.sent, done.stopped], [true, 3, undefined]);
    await fixable.ran(...ids("dry", 3));
    assert.equal(await fixable.count("jobs"), 0);
  });

  it("does not have AWS move a queue that holds letters of others", async () => {
    await fixable.send(fixable.run.output("jobsUrl"), { id: "own", refused: "own" });
    await fixable.hasLetters("jobs", 1);
    const reason = { errorType: "Refused", errorMessage: "", sourceArn: "arn:aws:sqs:eu-west-1:000000000000:former" };
    await fixable.run.sqs.send(
      new SendMessageCommand({
        ...{ QueueUrl: fixable.consumer("jobs").url, MessageBody: JSON.stringify({ id: "former" }) },
        MessageAttributes: { DeadLetterReason: { DataType: "String", StringValue: JSON.stringify(reason) } },
      }),
    );
    await fixable.hasLetters("jobs", 2);
    await fixable.fix("own");
    const done = doneOf(await start("jobs"));
    assert.deepEqual([done.byAws, done.sent, done.others], [false, 1, [{ count: 1 }]]);
    await fixable.ran("own");
    await fixable.send(fixable.run.output("jobsUrl"), { id: "only", refused: "only" });
    await fixable.hasLetters("jobs", 2);
    await fixable.fix("only");
    const only = doneOf(await start("jobs", { yes: false }));
    assert.deepEqual([only.sent, only.others], [1, [{ count: 1 }]], "also where one letter needs no --yes");
    await fixable.ran("only");
    const source = ["former"];
    const named = doneOf(await start("jobs", { filter: { source }, to: fixable.consumer("jobs"), yes: false }));
    assert.deepEqual([named.sent, named.others], [1, undefined]);
    await fixable.ran("former");
  });

  it("sends a selection with attributes, bytes and trace as they were, and leaves the others", async () => {
    const attributes: Record<string, MessageAttributeValue> = Object.fromEntries(
      ids("name", 9).map((name) => [name, { DataType: "String", StringValue: `value of ${name}` }]),
    );
    const bytes = Uint8Array.from([0, 255, 7]);
    const ten = { ...attributes, bytes: { DataType: "Binary.raw", BinaryValue: bytes } };
    const url = fixable.run.output("jobsUrl");
    await fixable.send(url, { id: "ten", refused: "selection" }, { attributes: ten });
    await fixable.send(url, { id: "nine", refused: "selection" }, { attributes });
    await fixable.send(url, { id: "left", refused: "other" });
    await fixable.hasLetters("jobs", 3);
    // Refused again, so that the attributes can be seen when they come back.
    const where = [{ path: "refused", value: "selection" }];
    const done = doneOf(await start("jobs", { filter: { where } }));
    assert.deepEqual([done.byAws, done.sent, done.kept, done.unread], [false, 2, [], undefined]);
    await fixable.hasLetters("jobs", 3);
    const letters = await fixable.letters("jobs");
    const letterOf = (id: string) => letters.find(({ Body }) => JSON.parse(Body ?? "").id === id) ?? assert.fail(id);
    const reasonOf = (id: string) => JSON.parse(letterOf(id).MessageAttributes?.DeadLetterReason?.StringValue ?? "");
    const { DeadLetterReason: _, ...nine } = letterOf("nine").MessageAttributes ?? {};
    assert.deepEqual(Object.keys(nine).sort(), Object.keys(attributes).sort());
    const folded = reasonOf("ten").attributes;
    assert.deepEqual(Object.keys(folded).sort(), Object.keys(ten).sort());
    assert.deepEqual(folded.bytes, { DataType: "Binary.raw", BinaryValue: Buffer.from(bytes).toString("base64") });
    await fixable.fix("selection");
    doneOf(await start("jobs", { filter: { where } }));
    await fixable.ran("ten", "nine");
    assert.deepEqual(
      (await fixable.letters("jobs")).map(({ Body }) => JSON.parse(Body ?? "").id),
      ["left"],
    );
    await fixable.fix("other");
    assert.equal(doneOf(await start("jobs", { yes: false })).sent, 1, "one letter needs no --yes");
    await fixable.ran("left");
  });

  it("keeps the order of FIFO groups, also of those with more than ten letters", async () => {
    const url = fixable.run.output("ledgerUrl");
    for (const index of ids("", 12).keys()) {
      for (const group of ["p", "q"]) {
        await fixable.send(url, { id: `${group}-${index + 1}`, refused: `ledger-${group}` }, { group });
      }
    }
    await fixable.hasLetters("ledger", 24);
    await fixable.fix("ledger-p");
    const where = [{ path: "refused", value: "ledger-p" }];
    const done = doneOf(await start("ledger", { filter: { where } }));
    assert.equal(done.sent, 12);
    // Ten of the other group were read, which stay, and two are behind them.
    assert.deepEqual([done.unread?.count, done.unread?.sure], [2, true]);
    assert.deepEqual(await fixable.order("p", 12), ids("p", 12));
    assert.equal(await fixable.count("ledger"), 12);
    await fixable.fix("ledger-q");
    assert.equal(doneOf(await start("ledger", { rate: 600 })).byAws, false);
    assert.deepEqual(await fixable.order("q", 12), ids("q", 12));
  });

  it("gives records of a stream back to their function, in the order of their key", async () => {
    const kinesis = new KinesisClient({
      endpoint: fixable.run.local.address,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      for (const id of ids("click", 6)) {
        const Data = Buffer.from(JSON.stringify({ id, refused: "clicks" }));
        await kinesis.send(
          new PutRecordCommand({ StreamName: fixable.run.output("streamName"), PartitionKey: "one", Data }),
        );
      }
    } finally {
      kinesis.destroy();
    }
    await fixable.hasLetters("clicks", 6);
    await fixable.fix("clicks");
    const done = doneOf(await start("clicks"));
    assert.deepEqual([done.sent, done.kept], [6, []]);
    assert.deepEqual(await fixable.order("click", 6), ids("click", 6));
    assert.equal(await fixable.count("clicks"), 0);
  });

  it("gives changes of a table and messages of a topic back to their functions", async () => {
    const TableName = fixable.run.output("rowsTable");
    await fixable.run.tables.send(new PutCommand({ TableName, Item: { id: "row", refused: "rows" } }));
    const sns = new SNSClient({
      endpoint: fixable.run.local.address,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      for (const event of [
        { id: "published", refused: "news" },
        { id: "retried", fails: "news" },
      ]) {
        const attribute = { DataType: "String", StringValue: "kept" };
        await sns.send(
          new PublishCommand({
            TopicArn: fixable.run.output("topicArn"),
            Message: JSON.stringify(event),
            MessageAttributes: { attribute },
          }),
        );
      }
    } finally {
      sns.destroy();
    }
    await fixable.hasLetters("changes", 1);
    await fixable.hasLetters("audit", 2);
    const refused = doneOf(await start("audit"));
    assert.deepEqual(
      [refused.sent, refused.kept.map(({ why }) => why)],
      [1, ["RangeError: Event retried fails for now."]],
    );
    await fixable.hasLetters("audit", 2);
    await fixable.fix("rows");
    await fixable.fix("news");
    assert.equal(doneOf(await start("changes")).sent, 1);
    await fixable.ran("INSERT row");
    assert.equal(doneOf(await start("audit")).sent, 2);
    await fixable.ran("published", "retried");
    assert.equal(await fixable.count("audit"), 0);
  });

  it("sends what a schedule could not deliver to its target, and what a topic could not to --to", async () => {
    const { sourceArn } = fixable.consumer("jobs");
    const text = (StringValue: string) => ({ DataType: "String", StringValue });
    const attributes = { ERROR_CODE: text("AccessDenied"), TARGET_ARN: text(sourceArn) };
    await fixable.send(fixable.consumer("hourly").url, { id: "late" }, { attributes });
    assert.equal(doneOf(await start("hourly")).sent, 1);
    await fixable.ran("late");

    await fixable.send(fixable.consumer("news").url, { id: "undelivered" });
    const stays = doneOf(await start("news", { audit: false }));
    assert.match(stays.kept[0]?.why ?? "", /Name a consumer of it with --to/);
    assert.equal(doneOf(await start("news", { to: fixable.consumer("others") })).sent, 1);
    await fixable.ran("undelivered");
  });
});
