// Standard queues of the local run, through the front with AWS's own client.
// Longer than 250 lines because every action and every refusal of SQS has its test here.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { until } from "../../../../test/support/until";
import { type RunningSqs, startSqs, user } from "../support/sqs";

describe("SQS of the local run", () => {
  let run: RunningSqs;
  beforeEach(async () => {
    run = await startSqs();
  });
  afterEach(() => run.close());

  const create = async (QueueName: string, Attributes?: Record<string, string>) =>
    (await run.client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";
  const send = (QueueUrl: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
    run.client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> =>
    (await run.client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
  const attributes = async (QueueUrl: string) =>
    (await run.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }))).Attributes ?? {};
  const counts = async (url: string) => {
    const all = await attributes(url);
    return [
      all.ApproximateNumberOfMessages,
      all.ApproximateNumberOfMessagesNotVisible,
      all.ApproximateNumberOfMessagesDelayed,
    ].map(Number);
  };
  const bodies = (messages: readonly Message[]) => messages.map((message) => message.Body);
  const redrive = (name: string, maxReceiveCount: number) =>
    JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:eu-west-1:000000000000:${name}`, maxReceiveCount });

  it("returns queue URLs that begin with the server's address", async () => {
    const url = await create("orders");
    assert.equal(url, `${run.address}/000000000000/orders`);
    const found = await run.client.send(new GetQueueUrlCommand({ QueueName: "orders" }));
    assert.equal(found.QueueUrl, url);
  });

  it("finds a queue by the path of its URL, with any origin", async () => {
    await create("orders");
    await run.ask(user, "sqs", "SendMessage", {
      QueueUrl: "https://sqs.eu-west-1.amazonaws.com/000000000000/orders",
      MessageBody: "from elsewhere",
    });
    assert.deepEqual(bodies(await receive(`${run.address}/000000000000/orders`)), ["from elsewhere"]);
  });

  it("hides a received message for the visibility timeout and counts its receives", async () => {
    const url = await create("orders", { VisibilityTimeout: "10" });
    const sent = await send(url, "a");
    const [first] = await receive(url, { MessageSystemAttributeNames: ["All"] });
    assert.equal(first?.MessageId, sent.MessageId);
    assert.equal(first?.Attributes?.ApproximateReceiveCount, "1");
    assert.deepEqual(await counts(url), [0, 1, 0]);
    assert.deepEqual(await receive(url), []);
    await run.clock.pass(10_000);
    const [second] = await receive(url, { MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
    assert.deepEqual(second?.Attributes, { ApproximateReceiveCount: "2" });
  });

  it("makes a message visible again at once with a visibility timeout of 0", async () => {
    const url = await create("orders");
    await send(url, "a");
    const [message] = await receive(url);
    const ReceiptHandle = message?.ReceiptHandle;
    await run.client.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }));
    assert.deepEqual(await counts(url), [1, 0, 0]);
    assert.deepEqual(bodies(await receive(url)), ["a"]);
  });

  it("returns a message once in an answer with a visibility timeout of 0, and counts one receive", async () => {
    await create("dead");
    const url = await create("orders", { RedrivePolicy: redrive("dead", 5) });
    await send(url, "a");
    const peeked = await receive(url, { VisibilityTimeout: 0, MessageSystemAttributeNames: ["All"] });
    assert.deepEqual(
      peeked.map(({ Attributes }) => Attributes?.ApproximateReceiveCount),
      ["1"],
    );
    const [again] = await receive(url, { MessageSystemAttributeNames: ["All"] });
    assert.equal(again?.Attributes?.ApproximateReceiveCount, "2", "looking has not moved it to the dead letters");
  });

  it("changes the visibility timeout of a message with the receipt handle of an earlier receive", async () => {
    const url = await create("orders");
    await send(url, "a");
    const [first] = await receive(url, { VisibilityTimeout: 0 });
    assert.equal((await receive(url, { VisibilityTimeout: 30 })).length, 1);
    const end = { QueueUrl: url, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 };
    await run.client.send(new ChangeMessageVisibilityCommand(end));
    assert.deepEqual(bodies(await receive(url)), ["a"]);
  });

  it("refuses a receive attempt id, which is for FIFO queues", async () => {
    const url = await create("orders");
    await assert.rejects(receive(url, { ReceiveRequestAttemptId: "one" }), { name: "InvalidParameterValue" });
  });

  it("delays by the message's own delay, otherwise by the queue's", async () => {
    const url = await create("orders", { DelaySeconds: "20" });
    await send(url, "queue");
    await send(url, "own", { DelaySeconds: 5 });
    await send(url, "none", { DelaySeconds: 0 });
    assert.deepEqual(await counts(url), [1, 0, 2]);
    assert.deepEqual(bodies(await receive(url)), ["none"]);
    await run.clock.pass(5_000);
    assert.deepEqual(bodies(await receive(url)), ["own"]);
    await run.clock.pass(15_000);
    assert.deepEqual(bodies(await receive(url)), ["queue"]);
  });

  it("answers a long poll as soon as a message is sent", async () => {
    const url = await create("orders");
    const polled = receive(url, { WaitTimeSeconds: 20 });
    await run.clock.pass(1_000);
    await send(url, "a");
    assert.deepEqual(bodies(await polled), ["a"]);
  });

  it("answers a long poll when a delayed message becomes due", async () => {
    const url = await create("orders");
    await send(url, "later", { DelaySeconds: 3 });
    let answered: readonly (string | undefined)[] | undefined;
    const polled = run.ask(user, "sqs", "ReceiveMessage", { QueueUrl: url, WaitTimeSeconds: 20 }).then((answer) => {
      answered = bodies(answer.Messages as Message[]);
    });
    await run.clock.pass(2_900);
    assert.equal(answered, undefined);
    await run.clock.pass(200);
    await polled;
    assert.deepEqual(answered, ["later"]);
  });

  it("answers a long poll with no message after its time", async () => {
    const url = await create("orders");
    const polled = run.ask(user, "sqs", "ReceiveMessage", { QueueUrl: url, WaitTimeSeconds: 2 });
    await run.clock.pass(2_000);
    assert.deepEqual(await polled, {});
  });

  it("returns no message to a client that has disconnected", async () => {
    const url = await create("orders");
    const gone = new AbortController();
    const polled = run.client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }), {
      abortSignal: gone.signal,
    });
    // The request is there when another one on the same front has been answered after it.
    await attributes(url);
    gone.abort();
    await assert.rejects(polled, { name: "AbortError" });
    let sent = 0;
    for (; (await receive(url)).length === 0; sent += 1) await send(url, "after");
    // What was handed out before the server noticed comes back.
    await until(async () => (await counts(url)).join() === [sent - 1, 1, 0].join(), "every message is there");
  });

  it("makes messages visible again when their answer could not be sent", async () => {
    const url = await create("orders");
    await send(url, "a");
    const undelivered = new AbortController();
    const input = { QueueUrl: url, MessageSystemAttributeNames: ["All"] };
    await run.ask(user, "sqs", "ReceiveMessage", input, { undelivered: undelivered.signal });
    assert.deepEqual(await counts(url), [0, 1, 0]);
    undelivered.abort();
    assert.deepEqual(await counts(url), [1, 0, 0]);
    const [message] = await receive(url, { MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
    assert.equal(message?.Attributes?.ApproximateReceiveCount, "1");
  });

  it("returns attributes only on request, with the checksum over those returned", async () => {
    const url = await create("orders", { VisibilityTimeout: "0" });
    await send(url, "a", {
      MessageAttributes: {
        "order.kind": { DataType: "String", StringValue: "gift" },
        weight: { DataType: "Number.grams", StringValue: "12" },
        raw: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2, 3]) },
      },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-2-3" } },
    });
    const [plain] = await receive(url);
    assert.equal(plain?.MessageAttributes, undefined);
    assert.equal(plain?.Attributes, undefined);
    const [all] = await receive(url, { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] });
    assert.deepEqual(Object.keys(all?.MessageAttributes ?? {}).sort(), ["order.kind", "raw", "weight"]);
    assert.deepEqual([...(all?.MessageAttributes?.raw?.BinaryValue ?? [])], [1, 2, 3]);
    assert.equal(all?.Attributes?.AWSTraceHeader, "Root=1-2-3");
    const [some] = await receive(url, { MessageAttributeNames: ["order.*"] });
    assert.deepEqual(Object.keys(some?.MessageAttributes ?? {}), ["order.kind"]);
  });

  it("moves a message to the dead-letter queue after maxReceiveCount receives, with id, attributes and send time", async () => {
    const dead = await create("dead");
    const url = await create("orders", { VisibilityTimeout: "1", RedrivePolicy: redrive("dead", 2) });
    const sent = await send(url, "poison", { MessageAttributes: { a: { DataType: "String", StringValue: "b" } } });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      assert.equal((await receive(url)).length, 1);
      await run.clock.pass(1_000);
    }
    assert.deepEqual(await receive(url), []);
    const [letter] = await receive(dead, { MessageSystemAttributeNames: ["All"], MessageAttributeNames: ["All"] });
    assert.equal(letter?.MessageId, sent.MessageId);
    assert.equal(letter?.MessageAttributes?.a?.StringValue, "b");
    assert.equal(letter?.Attributes?.SentTimestamp, String(Date.UTC(2026, 0, 1)));
    assert.equal(letter?.Attributes?.DeadLetterQueueSourceArn, "arn:aws:sqs:eu-west-1:000000000000:orders");
    const sources = await run.client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
    assert.deepEqual(sources.queueUrls, [url]);
  });

  it("refuses a dead-letter queue that does not exist, has the other type, or does not allow it", async () => {
    const message = /for parameter RedrivePolicy is invalid\. Reason: /;
    await assert.rejects(create("a", { RedrivePolicy: redrive("nowhere", 1) }), {
      name: "InvalidParameterValue",
      message: /Dead letter target does not exist/,
    });
    await create("dead.fifo", { FifoQueue: "true" });
    await assert.rejects(create("b", { RedrivePolicy: redrive("dead.fifo", 1) }), { message });
    await create("closed", { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) });
    await assert.rejects(create("c", { RedrivePolicy: redrive("closed", 1) }), { message });
    const sourceQueueArns = ["arn:aws:sqs:eu-west-1:000000000000:d"];
    const RedriveAllowPolicy = JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns });
    await create("some", { RedriveAllowPolicy });
    await assert.rejects(create("e", { RedrivePolicy: redrive("some", 1) }), { message });
    await create("d", { RedrivePolicy: redrive("some", 1) });
    await assert.rejects(create("f", { RedrivePolicy: redrive("some", 0) }), { message });
  });

  it("drops messages when their retention ends", async () => {
    const url = await create("orders", { MessageRetentionPeriod: "60" });
    await send(url, "a");
    await run.clock.pass(59_000);
    assert.deepEqual(await counts(url), [1, 0, 0]);
    await run.clock.pass(2_000);
    assert.deepEqual(await receive(url), []);
    assert.deepEqual(await counts(url), [0, 0, 0]);
  });

  it("refuses unknown attributes and values out of range, as SQS does", async () => {
    await assert.rejects(create("a", { Colour: "red" }), {
      name: "InvalidAttributeName",
      message: "Unknown Attribute Colour.",
    });
    await assert.rejects(create("a", { ContentBasedDeduplication: "true" }), { name: "InvalidAttributeName" });
    const outside = {
      VisibilityTimeout: "43201",
      DelaySeconds: "901",
      MessageRetentionPeriod: "59",
      MaximumMessageSize: "1048577",
      ReceiveMessageWaitTimeSeconds: "21",
    };
    for (const [name, value] of Object.entries(outside)) {
      await assert.rejects(create("a", { [name]: value }), {
        name: "InvalidAttributeValue",
        message: `Invalid value for the parameter ${name}.`,
      });
    }
    await assert.rejects(create("not allowed"), { name: "InvalidParameterValue" });
  });

  it("refuses a message that is too large, including its attributes", async () => {
    const url = await create("orders", { MaximumMessageSize: "1024" });
    await send(url, "x".repeat(1024));
    const kind = { k: { DataType: "String", StringValue: "v" } };
    await assert.rejects(send(url, "x".repeat(1017), { MessageAttributes: kind }), {
      message: "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
    });
    const large = await create("large");
    const half = "x".repeat(600_000);
    const Entries = ["a", "b"].map((Id) => ({ Id, MessageBody: half }));
    await assert.rejects(run.client.send(new SendMessageBatchCommand({ QueueUrl: large, Entries })), {
      name: "BatchRequestTooLong",
    });
  });

  it("refuses exactly the characters that SQS refuses, in bodies and in attributes", async () => {
    const url = await create("orders");
    const attribute = (StringValue: string) => ({
      MessageAttributes: { flow: { DataType: "String", StringValue } },
    });
    for (const character of ["\u0000", "\u0008", "\u000b", "\u001f", "\ufffe", "\uffff", "\ud800"]) {
      const [body, value] = [`a${character}`, attribute(`a${character}`)];
      await assert.rejects(send(url, body), { name: "InvalidMessageContents" }, JSON.stringify(character));
      await assert.rejects(send(url, "a", value), { name: "InvalidMessageContents" }, JSON.stringify(character));
    }
    for (const character of ["\t", "\n", "\r", " ", "\u007f", "\ud7ff", "\ue000", "\ufffd", "😀", "\u{10ffff}"]) {
      await send(url, character, attribute(character));
    }
  });

  it("answers each entry of a batch separately", async () => {
    const url = await create("orders");
    const Entries = [
      { Id: "good", MessageBody: "a" },
      { Id: "bad", MessageBody: "\u0000" },
    ];
    const answer = await run.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    assert.deepEqual(
      answer.Successful?.map((each) => each.Id),
      ["good"],
    );
    assert.deepEqual(
      answer.Failed?.map((each) => [each.Id, each.Code, each.SenderFault]),
      [["bad", "InvalidMessageContents", true]],
    );
    const many = Array.from({ length: 11 }, (_, index) => ({ Id: `e${index}`, MessageBody: "x" }));
    await assert.rejects(run.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: many })), {
      message: "Maximum number of entries per request are 10. You have sent 11.",
    });
    await assert.rejects(run.client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: [] })), {
      name: "EmptyBatchRequest",
    });
  });

  it("deletes with a receipt handle whose visibility timeout has passed, unless the message was received again", async () => {
    const url = await create("orders", { VisibilityTimeout: "1" });
    await send(url, "a");
    const [first] = await receive(url);
    await run.clock.pass(1_000);
    const [second] = await receive(url);
    const remove = (handle: string | undefined) =>
      run.client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: handle }));
    await remove(first?.ReceiptHandle);
    assert.deepEqual(await counts(url), [0, 1, 0]);
    await run.clock.pass(1_000);
    await remove(second?.ReceiptHandle);
    assert.deepEqual(await counts(url), [0, 0, 0]);
    await assert.rejects(remove("nonsense"), { name: "ReceiptHandleIsInvalid" });
  });

  it("accepts a purge once a minute", async () => {
    const url = await create("orders");
    await send(url, "a");
    const purge = () => run.client.send(new PurgeQueueCommand({ QueueUrl: url }));
    await purge();
    assert.deepEqual(await receive(url), []);
    await assert.rejects(purge(), { name: "PurgeQueueInProgress" });
    await run.clock.pass(60_000);
    await purge();
  });

  it("returns errors with the code of older SDKs, and names the missing queue", async () => {
    const QueueUrl = `${run.address}/000000000000/nowhere`;
    await assert.rejects(
      run.client.send(new ReceiveMessageCommand({ QueueUrl })),
      (error: Error & { Code?: string }) => {
        assert.equal(error.name, "QueueDoesNotExist");
        assert.equal(error.Code, "AWS.SimpleQueueService.NonExistentQueue");
        return true;
      },
    );
  });

  it("ends a long poll when its queue is deleted, and reserves the name for a minute", async () => {
    const url = await create("orders");
    const polled = run.ask(user, "sqs", "ReceiveMessage", { QueueUrl: url, WaitTimeSeconds: 20 });
    const refused = assert.rejects(polled, { code: "com.amazonaws.sqs#QueueDoesNotExist" });
    await run.client.send(new DeleteQueueCommand({ QueueUrl: url }));
    await refused;
    await assert.rejects(create("orders"), { name: "QueueDeletedRecently" });
    await run.clock.pass(60_000);
    await create("orders");
  });

  it("returns an existing queue with the same attributes, and refuses other attributes", async () => {
    const url = await create("orders", { DelaySeconds: "5" });
    assert.equal(await create("orders", { DelaySeconds: "5" }), url);
    await assert.rejects(create("orders", { DelaySeconds: "6" }), { name: "QueueNameExists" });
    await run.client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: "6" } }));
    assert.equal((await attributes(url)).DelaySeconds, "6");
  });

  it("lists queues in pages", async () => {
    for (const name of ["b", "a", "c"]) await create(name);
    const first = await run.client.send(new ListQueuesCommand({ MaxResults: 2 }));
    assert.deepEqual(
      first.QueueUrls?.map((url) => url.at(-1)),
      ["a", "b"],
    );
    const second = await run.client.send(new ListQueuesCommand({ MaxResults: 2, NextToken: first.NextToken }));
    assert.deepEqual(
      second.QueueUrls?.map((url) => url.at(-1)),
      ["c"],
    );
    assert.equal(second.NextToken, undefined);
  });

  it("reports how to replace AddPermission", async () => {
    const url = await create("orders");
    await assert.rejects(run.ask(user, "sqs", "AddPermission", { QueueUrl: url }), { message: /SetQueueAttributes/ });
  });
});

describe("SQS of the local run with a data directory", () => {
  it("keeps queues, tags, messages and their visibility over a restart", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "spillway-sqs-test-"));
    try {
      let run = await startSqs({ dataDir });
      const created = await run.client.send(
        new CreateQueueCommand({ QueueName: "orders", tags: { team: "a" }, Attributes: { VisibilityTimeout: "50" } }),
      );
      const before = created.QueueUrl ?? "";
      for (const MessageBody of ["one", "two", "three"]) {
        await run.client.send(new SendMessageCommand({ QueueUrl: before, MessageBody }));
      }
      const taken = await run.client.send(new ReceiveMessageCommand({ QueueUrl: before, MaxNumberOfMessages: 2 }));
      const [one, two] = taken.Messages ?? [];
      await run.client.send(new DeleteMessageCommand({ QueueUrl: before, ReceiptHandle: one?.ReceiptHandle }));
      const back = { QueueUrl: before, ReceiptHandle: two?.ReceiptHandle, VisibilityTimeout: 0 };
      await run.client.send(new ChangeMessageVisibilityCommand(back));
      const again = await run.client.send(new ReceiveMessageCommand({ QueueUrl: before }));
      assert.equal(again.Messages?.[0]?.Body, "three");
      await run.close();

      run = await startSqs({ dataDir });
      const url = `${run.address}/000000000000/orders`;
      const { Tags } = await run.client.send(new ListQueueTagsCommand({ QueueUrl: url }));
      assert.deepEqual(Tags, { team: "a" });
      // The URL of the earlier run, on a port that is no longer there, still names the queue.
      const visible = await run.ask(user, "sqs", "ReceiveMessage", {
        QueueUrl: before,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      });
      const [message, ...others] = visible.Messages as Message[];
      assert.deepEqual([message?.Body, message?.Attributes, others], ["two", { ApproximateReceiveCount: "2" }, []]);
      await run.clock.pass(50_000);
      const later = await run.client.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
      assert.deepEqual(later.Messages?.map((each) => each.Body).sort(), ["three", "two"]);
      await run.close();
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
