// FIFO queues of the local run.
import assert from "node:assert/strict";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from "@aws-sdk/client-sqs";
import { type RunningSqs, startSqs } from "../support/sqs";

describe("FIFO queues of the local run", () => {
  let run: RunningSqs;
  beforeEach(async () => {
    run = await startSqs();
  });
  afterEach(() => run.close());

  const create = async (QueueName: string, Attributes: Record<string, string> = {}) =>
    (await run.client.send(new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: "true", ...Attributes } })))
      .QueueUrl ?? "";
  const send = (QueueUrl: string, MessageGroupId: string, body: string, more: Partial<SendMessageCommandInput> = {}) =>
    run.client.send(
      new SendMessageCommand({ QueueUrl, MessageBody: body, MessageGroupId, MessageDeduplicationId: body, ...more }),
    );
  const receive = async (QueueUrl: string, MaxNumberOfMessages = 10): Promise<Message[]> =>
    (
      await run.client.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, MessageSystemAttributeNames: ["All"] }),
      )
    ).Messages ?? [];
  const bodies = (messages: readonly Message[]) => messages.map((message) => message.Body);
  const remove = (QueueUrl: string, message: Message | undefined) =>
    run.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));

  it("return up to ten messages of a group, in order, and then those of the next group", async () => {
    const url = await create("orders.fifo");
    for (const body of ["a1", "a2", "a3"]) await send(url, "a", body);
    for (const body of ["b1", "b2"]) await send(url, "b", body);
    assert.deepEqual(bodies(await receive(url, 4)), ["a1", "a2", "a3", "b1"]);
  });

  it("return nothing of a group while one of its messages is in flight", async () => {
    const url = await create("orders.fifo");
    for (const body of ["a1", "a2", "a3"]) await send(url, "a", body);
    await send(url, "b", "b1");
    const [a1, a2] = await receive(url, 2);
    assert.deepEqual(bodies(await receive(url)), ["b1"]);
    await remove(url, a1);
    assert.deepEqual(bodies(await receive(url)), []);
    await remove(url, a2);
    assert.deepEqual(bodies(await receive(url)), ["a3"]);
  });

  it("keep the order when several messages come back", async () => {
    const url = await create("orders.fifo", { VisibilityTimeout: "5" });
    for (const body of ["1", "2", "3"]) await send(url, "g", body);
    const [one, two] = await receive(url, 2);
    const back = (message: Message | undefined) =>
      run.client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout: 0,
        }),
      );
    // Recorded on AWS: a group is visible as soon as one of its messages is, whichever.
    await back(two);
    assert.deepEqual(bodies(await receive(url)), ["2"]);
    await back(one);
    assert.deepEqual(bodies(await receive(url)), ["1"]);
    await run.clock.pass(5_000);
    assert.deepEqual(bodies(await receive(url)), ["1", "2", "3"]);
  });

  it("accept a message once in five minutes, also when the first one is gone", async () => {
    const url = await create("orders.fifo");
    const first = await send(url, "g", "a");
    await remove(url, (await receive(url))[0]);
    const again = await send(url, "other", "a");
    assert.equal(again.MessageId, first.MessageId);
    assert.equal(again.SequenceNumber, first.SequenceNumber);
    assert.deepEqual(await receive(url), []);
    await run.clock.pass(300_000);
    assert.notEqual((await send(url, "g", "a")).MessageId, first.MessageId);
    assert.deepEqual(bodies(await receive(url)), ["a"]);
  });

  it("deduplicate within a group where that is the scope, and by content where that is configured", async () => {
    const url = await create("orders.fifo", { DeduplicationScope: "messageGroup", ContentBasedDeduplication: "true" });
    const byContent = { MessageDeduplicationId: undefined };
    for (const group of ["a", "a", "b"]) await send(url, group, "same", byContent);
    const groups = (await receive(url)).map((message) => message.Attributes?.MessageGroupId);
    assert.deepEqual(groups, ["a", "b"]);
  });

  it("refuse messages without group or deduplication id, and delays of single messages", async () => {
    const url = await create("orders.fifo");
    await assert.rejects(send(url, "", "a", { MessageGroupId: undefined }), { name: "MissingParameter" });
    await assert.rejects(send(url, "g", "a", { MessageDeduplicationId: undefined }), { name: "InvalidParameterValue" });
    await assert.rejects(send(url, "g", "a", { DelaySeconds: 2 }), {
      message:
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.",
    });
    const Entries = [{ Id: "a", MessageBody: "a" }];
    await assert.rejects(run.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries })), {
      message: "The request must contain the parameter MessageGroupId.",
    });
  });

  it("refuse to delete with an expired receipt handle", async () => {
    const url = await create("orders.fifo", { VisibilityTimeout: "1" });
    await send(url, "g", "a");
    const [message] = await receive(url);
    await run.clock.pass(1_000);
    await assert.rejects(remove(url, message), { message: /The receipt handle has expired\.$/ });
  });

  it("continue with a group's next message when one is given up, and give the dead letter a new timestamp", async () => {
    const dead = await create("dead.fifo");
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: "arn:aws:sqs:eu-west-1:000000000000:dead.fifo",
      maxReceiveCount: 1,
    });
    const url = await create("orders.fifo", { VisibilityTimeout: "30", RedrivePolicy });
    const sent = await send(url, "g", "poison");
    await receive(url);
    await run.clock.pass(29_000);
    await send(url, "g", "next");
    await run.clock.pass(1_000);
    assert.deepEqual(bodies(await receive(url)), ["next"]);
    const [letter] = await receive(dead);
    assert.equal(letter?.MessageId, sent.MessageId);
    assert.equal(letter?.Attributes?.MessageGroupId, "g");
    assert.equal(letter?.Attributes?.MessageDeduplicationId, sent.MessageId);
    assert.equal(letter?.Attributes?.SentTimestamp, String(Date.UTC(2026, 0, 1) + 30_000));
  });

  it("count messages of a locked group as visible", async () => {
    const url = await create("orders.fifo");
    for (const body of ["1", "2", "3"]) await send(url, "g", body);
    await receive(url, 1);
    const { Attributes } = await run.client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
    );
    assert.equal(Attributes?.ApproximateNumberOfMessages, "2");
    assert.equal(Attributes?.ApproximateNumberOfMessagesNotVisible, "1");
    assert.equal(Attributes?.FifoThroughputLimit, "perQueue");
  });

  it("return a message again that has come back, while others of its group are in flight, and no new one", async () => {
    const url = await create("orders.fifo");
    for (const body of ["a1", "a2", "a3"]) await send(url, "a", body);
    await send(url, "b", "b1");
    const [a1] = await receive(url, 2);
    const end = { QueueUrl: url, ReceiptHandle: a1?.ReceiptHandle, VisibilityTimeout: 0 };
    await run.client.send(new ChangeMessageVisibilityCommand(end));
    assert.deepEqual(bodies(await receive(url)).sort(), ["a1", "b1"], "a2 is in flight, and a3 waits for it");
  });

  it("return no message before one that came back just before it has left flight again", async () => {
    const url = await create("orders.fifo");
    for (const body of ["1", "2", "3"]) await send(url, "g", body);
    for (const message of await receive(url)) {
      await run.client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: message.ReceiptHandle,
          VisibilityTimeout: 5,
        }),
      );
      await run.clock.pass(20);
    }
    await run.clock.pass(4_940);
    const [one, ...others] = await receive(url);
    assert.deepEqual([one?.Body, others], ["1", []]);
    await run.clock.pass(100);
    assert.deepEqual(bodies(await receive(url)), [], "2 and 3 are visible, and wait for 1");
    await remove(url, one);
    assert.deepEqual(bodies(await receive(url)), ["2", "3"]);
  });

  it("return messages once in an answer, in order, also with a visibility timeout of 0", async () => {
    const url = await create("orders.fifo", { VisibilityTimeout: "0" });
    for (const body of ["a1", "a2"]) await send(url, "a", body);
    await send(url, "b", "b1");
    const first = await receive(url, 2);
    assert.deepEqual(bodies(first), ["a1", "a2"]);
    assert.deepEqual(
      first.map(({ Attributes }) => Attributes?.ApproximateReceiveCount),
      ["1", "1"],
    );
    assert.deepEqual(bodies(await receive(url)).sort(), ["a1", "a2", "b1"]);
  });

  it("forget deduplication ids when they are purged", async () => {
    const url = await create("orders.fifo");
    await send(url, "a", "a1");
    await run.client.send(new PurgeQueueCommand({ QueueUrl: url }));
    await send(url, "a", "a1");
    assert.deepEqual(bodies(await receive(url)), ["a1"]);
  });

  it("accept a delay of 0, which means none", async () => {
    const url = await create("orders.fifo");
    await send(url, "a", "a1", { DelaySeconds: 0 });
    assert.deepEqual(bodies(await receive(url)), ["a1"]);
    await assert.rejects(send(url, "a", "a2", { DelaySeconds: 1 }), { name: "InvalidParameterValue" });
  });

  it("return the same messages to a repeated receive attempt id, as long as they are unchanged", async () => {
    const url = await create("orders.fifo", { VisibilityTimeout: "30" });
    for (const body of ["a1", "a2"]) await send(url, "a", body);
    const attempt = async (ReceiveRequestAttemptId: string) =>
      (
        await run.client.send(
          new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, ReceiveRequestAttemptId }),
        )
      ).Messages ?? [];
    const handles = (messages: readonly Message[]) => messages.map(({ ReceiptHandle }) => ReceiptHandle);
    const first = await attempt("one");
    assert.deepEqual(bodies(first), ["a1", "a2"]);
    assert.deepEqual(await attempt("other"), []);
    await run.clock.pass(20_000);
    assert.deepEqual(handles(await attempt("one")), handles(first));
    await run.clock.pass(20_000);
    assert.deepEqual(await receive(url), [], "the repetition has hidden them anew");
    await remove(url, first[0]);
    assert.deepEqual(await attempt("one"), []);
  });
});
