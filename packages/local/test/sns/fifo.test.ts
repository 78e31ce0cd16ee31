// FIFO topics: order within a group, numbers, deduplication, and what their queues get.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PublishCommand } from "@aws-sdk/client-sns";
import type { Message, Observer } from "../../service/ask";
import { functionArn, queueArn, type RunningSns, startSns, topicArn } from "../support/sns";

const TopicArn = topicArn("orders.fifo");

describe("FIFO topics of SNS", () => {
  let run: RunningSns;
  /** Whether SendMessage with this body fails at the server. */
  let isBroken: (input: Message) => boolean = () => false;
  const observer: Observer = {
    before: (_principal, _service, action, input) => {
      if (action === "SendMessage" && isBroken(input)) throw new Error("broken");
    },
  };
  beforeEach(async () => {
    isBroken = () => false;
    run = await startSns({ observers: [observer] });
  });
  afterEach(() => run.close());

  const create = (Attributes: Message = { ContentBasedDeduplication: "true" }) =>
    run.call("CreateTopic", { Name: "orders.fifo", Attributes: { FifoTopic: "true", ...Attributes } });
  const publish = (Message: string, more: Message = {}) =>
    run.call("Publish", { TopicArn, Message, MessageGroupId: "g", ...more });
  const invalid = (what: string) => ({ code: "InvalidParameter", message: `Invalid parameter: ${what}` });
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

  it("pass a FIFO queue the group, the deduplication id and a sequence number", async () => {
    await create();
    await run.subscribed("orders.fifo", "q.fifo");
    const command = new PublishCommand({ TopicArn, Message: "Test", MessageGroupId: "group-1" });
    const { MessageId, SequenceNumber } = await run.snsClient.send(command);
    const [received] = await run.arrived("q.fifo");
    assert.equal(received?.Attributes.MessageGroupId, "group-1");
    assert.equal(received?.Attributes.MessageDeduplicationId, sha256("Test"));
    const body = JSON.parse(received?.Body ?? "");
    assert.deepEqual(Object.keys(body), [
      "Type",
      "MessageId",
      "SequenceNumber",
      "TopicArn",
      "Message",
      "Timestamp",
      "UnsubscribeURL",
    ]);
    assert.deepEqual([body.MessageId, body.SequenceNumber], [MessageId, SequenceNumber]);
    assert.match(SequenceNumber ?? "", /^\d{20}$/);
  });

  it("deliver the same message once in five minutes", async () => {
    await create({ ContentBasedDeduplication: "false" });
    await run.subscribed("orders.fifo", "q", { RawMessageDelivery: "true" });
    const id = (MessageDeduplicationId: string) => ({ MessageDeduplicationId });
    const first = await publish("one", id("a"));
    assert.deepEqual(await publish("two", { ...id("a"), MessageGroupId: "other" }), first);
    const second = await publish("three", id("b"));
    assert.ok(String(second.SequenceNumber) > String(first.SequenceNumber));
    assert.deepEqual(await run.bodies("q"), ["one", "three"]);
    await run.clock.pass(5 * 60 * 1000);
    await publish("four", id("a"));
    assert.deepEqual(await run.bodies("q"), ["four"]);
  });

  it("deduplicate within each group where that is the scope", async () => {
    await create({ ContentBasedDeduplication: "true", FifoThroughputScope: "MessageGroup" });
    await run.subscribed("orders.fifo", "q", { RawMessageDelivery: "true" });
    await publish("same");
    await publish("same", { MessageGroupId: "other" });
    await publish("same");
    assert.deepEqual(await run.bodies("q"), ["same", "same"]);
  });

  it("refuse a message without group or deduplication id, also in a batch", async () => {
    await create({});
    await assert.rejects(
      run.call("Publish", { TopicArn, Message: "m" }),
      invalid("The MessageGroupId parameter is required for FIFO topics"),
    );
    const noId = invalid(
      "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
    await assert.rejects(publish("m"), noId);
    const PublishBatchRequestEntries = [{ Id: "1", Message: "m", MessageGroupId: "g" }];
    await assert.rejects(run.call("PublishBatch", { TopicArn, PublishBatchRequestEntries }), noId);
    await assert.rejects(publish("m", { MessageGroupId: "a b" }), /MessageGroupId can only include alphanumeric/);
  });

  it("accept only queues as subscribers, and require a FIFO dead-letter queue for a FIFO queue", async () => {
    await create();
    const subscribe = (Protocol: string, Endpoint: string, deadLetterTargetArn?: string) =>
      run.call("Subscribe", {
        TopicArn,
        Protocol,
        Endpoint,
        Attributes: deadLetterTargetArn === undefined ? {} : { RedrivePolicy: JSON.stringify({ deadLetterTargetArn }) },
      });
    await assert.rejects(subscribe("lambda", functionArn("audit")), invalid("Invalid protocol type: lambda"));
    await assert.rejects(subscribe("email", "a@example.com"), invalid("Invalid protocol type: email"));
    await assert.rejects(
      subscribe("sqs", queueArn("q.fifo"), queueArn("dead")),
      invalid(
        "Attributes Reason: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.",
      ),
    );
    await subscribe("sqs", queueArn("q.fifo"), queueArn("dead.fifo"));
    await subscribe("sqs", queueArn("q"), queueArn("dead"));
  });

  it("pass a standard queue no group; the group of a standard topic's message makes the queue fair", async () => {
    await create();
    await run.subscribed("orders.fifo", "q");
    await publish("m");
    assert.equal((await run.arrived("q"))[0]?.Attributes.MessageGroupId, undefined);
    await run.call("CreateTopic", { Name: "standard" });
    await run.subscribed("standard", "fair");
    await run.call("Publish", { TopicArn: topicArn("standard"), Message: "m", MessageGroupId: "tenant" });
    assert.equal((await run.arrived("fair"))[0]?.Attributes.MessageGroupId, "tenant");
  });

  it("keep a group in order while one of its messages has to wait, and deliver others", async () => {
    await create();
    await run.subscribed("orders.fifo", "q.fifo", { RawMessageDelivery: "true" });
    isBroken = ({ MessageBody }) => MessageBody === "a1";
    for (const [body, MessageGroupId] of [
      ["a1", "a"],
      ["a2", "a"],
      ["b1", "b"],
      ["a3", "a"],
      ["b2", "b"],
    ] as const) {
      await publish(body, { MessageGroupId });
    }
    assert.deepEqual(await run.bodies("q.fifo"), ["b1", "b2"]);
    isBroken = () => false;
    await publish("a4", { MessageGroupId: "a" });
    await run.clock.pass(1000);
    assert.deepEqual(await run.bodies("q.fifo"), ["a1", "a2", "a3", "a4"]);
  });

  it("keep group and deduplication id in the dead letters", async () => {
    await create({});
    await run.queue("dead.fifo");
    const input = {
      TopicArn,
      Protocol: "sqs",
      Endpoint: queueArn("deleted.fifo"),
      Attributes: {
        RawMessageDelivery: "true",
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn("dead.fifo") }),
      },
    };
    await run.call("Subscribe", input);
    for (const id of ["1", "2", "3"]) await publish(`m${id}`, { MessageDeduplicationId: `d${id}` });
    const dead = await run.arrived("dead.fifo");
    assert.deepEqual(
      dead.map(({ Body, Attributes }) => [Body, Attributes.MessageGroupId, Attributes.MessageDeduplicationId]),
      [
        ["m1", "g", "d1"],
        ["m2", "g", "d2"],
        ["m3", "g", "d3"],
      ],
    );
  });
});
