import { strict as assert } from "node:assert";
import { mock } from "node:test";
import { type Answer, FakeSqs, type SqsRequest } from "../../../../test/support/fake-sqs";
import { publishMessage } from "../../../runtime/aws/sns-client";

const topic = "arn:aws:sns:eu-west-1:000000000000:orders";
const message = (text: string) => ({ text, attributes: { type: "order.placed", correlationId: `flow ${text}` } });
const texts = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe("messages that are published at the same time", () => {
  let aws: FakeSqs;
  beforeEach(async () => {
    aws = await FakeSqs.start();
    process.env.AWS_ENDPOINT_URL = aws.address;
    aws.answer = taking(() => true);
  });
  afterEach(async () => {
    delete process.env.AWS_ENDPOINT_URL;
    await aws.stop();
  });

  const publishAll = (all: readonly string[], arn = topic) =>
    Promise.allSettled(all.map((text) => publishMessage(arn, message(text))));
  /** The texts of each request. */
  const requests = () => aws.requests.map((request) => entriesIn(request).map(({ text }) => text));

  it("share requests of ten, and each gets the id of its own message", async () => {
    const answers = await publishAll(texts(12));
    // Two requests are under way at once, and either may arrive first.
    assert.deepEqual(requests().sort(), [texts(10), ["10", "11"]]);
    assert.deepEqual(
      answers,
      texts(12).map((text) => ({ status: "fulfilled", value: `id of ${text}` })),
    );
    const fields = fieldsOf(aws.requests.find((request) => entriesIn(request).length === 2));
    assert.deepEqual([fields.Action, fields.TopicArn, fields.Version], ["PublishBatch", topic, "2010-03-31"]);
    const entry = "PublishBatchRequestEntries.member.2.MessageAttributes.entry";
    assert.deepEqual(
      ["1.Name", "1.Value.DataType", "1.Value.StringValue", "2.Name", "2.Value.StringValue"].map(
        (name) => fields[`${entry}.${name}`],
      ),
      ["type", "String", "order.placed", "correlationId", "flow 11"],
    );
  });

  it("share none with those of another topic, and none on a FIFO topic", async () => {
    await Promise.all([publishAll(["a"]), publishAll(["b"], `${topic}-2`), publishAll(["c", "d"], `${topic}.fifo`)]);
    assert.deepEqual(requests().sort(), [["a"], ["b"], ["c"], ["d"]]);
    assert.ok(aws.requests.every((request) => fieldsOf(request).Action === "Publish"));
  });

  it("share none that would be larger than SNS takes", async () => {
    // The text is in an attribute, too.
    const half = "x".repeat(65_000);
    const answers = await publishAll([`${half}1`, `${half}2`, `${half}3`, "4"]);
    assert.deepEqual(
      requests()
        .map((all) => all.map((text) => text?.at(-1)))
        .sort(),
      [
        ["1", "2"],
        ["3", "4"],
      ],
    );
    assert.ok(answers.every(({ status }) => status === "fulfilled"));
  });

  it("are published in a test that has taken Node's timers over", async () => {
    mock.timers.enable();
    try {
      const answers = await publishAll(texts(2));
      assert.ok(answers.every(({ status }) => status === "fulfilled"));
    } finally {
      mock.timers.reset();
    }
  });

  it("are published alone where SNS has not taken them with the others", async () => {
    aws.answer = taking((text) => text !== "1");
    const answers = await publishAll(texts(3));
    assert.deepEqual(requests(), [texts(3), ["1"]]);
    assert.deepEqual(
      answers.map((each) => each.status === "fulfilled" && each.value),
      ["id of 0", "id of 1", "id of 2"],
    );
  });

  it("fail alone where SNS refuses all for one of them", async () => {
    aws.answer = (request) =>
      entriesIn(request).some(({ text }) => text === "1")
        ? refusal(400, "InvalidParameter")
        : taking(() => true)(request);
    const answers = await publishAll(texts(3));
    assert.deepEqual(requests().sort(), [["0"], texts(3), ["1"], ["2"]]);
    assert.deepEqual(
      answers.map((each) => (each.status === "fulfilled" ? each.value : (each.reason as Error).name)),
      ["id of 0", "InvalidParameter", "id of 2"],
    );
  });

  it("all fail with SNS's own failure, after three tries", async () => {
    aws.answer = () => refusal(503, "ServiceUnavailable");
    const answers = await publishAll(texts(2));
    assert.deepEqual(requests(), [texts(2), texts(2), texts(2)]);
    assert.deepEqual(
      answers.map((each) => each.status === "rejected" && each.reason.name),
      ["ServiceUnavailable", "ServiceUnavailable"],
    );
  });
});

const fieldsOf = (request: SqsRequest | undefined) => (request?.input ?? {}) as unknown as Record<string, string>;

function entriesIn(request: SqsRequest): readonly { readonly id: string; readonly text: string | undefined }[] {
  const fields = fieldsOf(request);
  if (fields.Action === "Publish") return [{ id: "", text: fields.Message }];
  const ids = Object.entries(fields).filter(([name]) => /^PublishBatchRequestEntries\.member\.\d+\.Id$/.test(name));
  return ids.map(([name, id]) => ({ id, text: fields[name.replace(/Id$/, "Message")] }));
}

/** Answers as SNS does that takes some of the messages. */
function taking(takes: (text: string | undefined) => boolean) {
  return (request: SqsRequest): Answer => {
    const entries = entriesIn(request);
    if (fieldsOf(request).Action === "Publish") {
      const [{ text } = { text: "" }] = entries;
      return {
        body: `<PublishResponse><PublishResult><MessageId>id of ${text}</MessageId></PublishResult></PublishResponse>`,
      };
    }
    const members = (are: boolean, inner: (entry: (typeof entries)[number]) => string) =>
      entries
        .filter(({ text }) => takes(text) === are)
        .map((entry) => `<member>${inner(entry)}</member>`)
        .join("\n");
    const successful = members(true, ({ id, text }) => `<MessageId>id of ${text}</MessageId>\n<Id>${id}</Id>`);
    const failed = members(
      false,
      ({ id }) => `<Code>InternalError</Code><Id>${id}</Id><Message>no</Message><SenderFault>false</SenderFault>`,
    );
    return {
      body: `<PublishBatchResponse><PublishBatchResult><Failed>${failed}</Failed><Successful>${successful}</Successful></PublishBatchResult></PublishBatchResponse>`,
    };
  };
}

const refusal = (status: number, code: string): Answer => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code>\n<Message>no</Message></Error></ErrorResponse>`,
});
