// Message move tasks of the local run: dead letters back to where they came from.
import assert from "node:assert/strict";
import {
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { type RunningSqs, startSqs } from "../support/sqs";

const arn = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`;

describe("message move tasks of the local run", () => {
  let run: RunningSqs;
  let orders: string;
  let dead: string;
  beforeEach(async () => {
    run = await startSqs();
    dead = await create("dead");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn("dead"), maxReceiveCount: 1 });
    orders = await create("orders", { RedrivePolicy, VisibilityTimeout: "1" });
  });
  afterEach(() => run.close());

  const create = async (QueueName: string, Attributes?: Record<string, string>) =>
    (await run.client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";
  const send = (QueueUrl: string, MessageBody: string) =>
    run.client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const receive = async (QueueUrl: string): Promise<Message[]> =>
    (
      await run.client.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] }),
      )
    ).Messages ?? [];
  /** Lets SQS give up the messages of `orders`. */
  const giveUp = async (...bodies: string[]) => {
    for (const body of bodies) await send(orders, body);
    await receive(orders);
    await run.clock.pass(1_000);
    assert.deepEqual(await receive(orders), []);
  };
  const start = (more: { DestinationArn?: string; MaxNumberOfMessagesPerSecond?: number } = {}) =>
    run.client.send(new StartMessageMoveTaskCommand({ SourceArn: arn("dead"), ...more }));
  const tasks = async (MaxResults = 1) =>
    (await run.client.send(new ListMessageMoveTasksCommand({ SourceArn: arn("dead"), MaxResults }))).Results ?? [];
  const finished = async () => {
    for (;;) {
      const [task] = await tasks();
      if (task?.Status !== "RUNNING") return task;
      await run.clock.pass(1_000);
    }
  };

  it("move dead letters back to the queue they came from, as new messages", async () => {
    await giveUp("a", "b");
    await start();
    const task = await finished();
    assert.deepEqual(
      [task?.Status, task?.ApproximateNumberOfMessagesMoved, task?.ApproximateNumberOfMessagesToMove, task?.TaskHandle],
      ["COMPLETED", 2, 2, undefined],
    );
    const messages = await receive(orders);
    assert.deepEqual(
      messages.map((message) => message.Body),
      ["a", "b"],
    );
    assert.deepEqual(
      messages.map((message) => message.Attributes?.ApproximateReceiveCount),
      ["1", "1"],
    );
    assert.equal(messages[0]?.Attributes?.DeadLetterQueueSourceArn, undefined);
  });

  it("move to another queue at the requested rate, and stop when cancelled", async () => {
    const other = await create("other");
    await giveUp("a", "b", "c", "d");
    const { TaskHandle } = await start({ DestinationArn: arn("other"), MaxNumberOfMessagesPerSecond: 2 });
    await run.clock.pass(1_000);
    const [running] = await tasks();
    assert.deepEqual([running?.Status, running?.ApproximateNumberOfMessagesMoved], ["RUNNING", 2]);
    await assert.rejects(start(), { message: /There is already a task running/ });
    const cancelled = await run.client.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    assert.equal(cancelled.ApproximateNumberOfMessagesMoved, 2);
    await run.clock.pass(5_000);
    assert.equal((await tasks())[0]?.Status, "CANCELLED");
    assert.deepEqual(
      (await receive(other)).map((message) => message.Body),
      ["a", "b"],
    );
    assert.deepEqual(
      (await receive(dead)).map((message) => message.Body),
      ["c", "d"],
    );
    await assert.rejects(run.client.send(new CancelMessageMoveTaskCommand({ TaskHandle })), {
      name: "ResourceNotFoundException",
      message: "Task does not exist.",
    });
  });

  it("fail for messages whose source SQS does not know, and leave them", async () => {
    await send(dead, "sent by the consumer");
    await start();
    const task = await finished();
    assert.deepEqual([task?.Status, task?.FailureReason], ["FAILED", "CouldNotDetermineMessageSource"]);
    assert.equal((await receive(dead)).length, 1);
  });

  it("fail when the destination is deleted meanwhile", async () => {
    const other = await create("other");
    await giveUp("a", "b");
    await start({ DestinationArn: arn("other"), MaxNumberOfMessagesPerSecond: 1 });
    await run.client.send(new DeleteQueueCommand({ QueueUrl: other }));
    const task = await finished();
    assert.deepEqual([task?.Status, task?.FailureReason], ["FAILED", "AWS.SimpleQueueService.NonExistentQueue"]);
  });

  it("refuse a source that is not a dead-letter queue, and queues that do not exist", async () => {
    const move = (SourceArn: string, DestinationArn?: string) =>
      run.client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
    await assert.rejects(move(arn("orders")), { message: "Source queue must be configured as a Dead Letter Queue." });
    await assert.rejects(move(arn("nowhere")), { name: "ResourceNotFoundException" });
    await assert.rejects(move(arn("dead"), arn("nowhere")), {
      message: "The resource that you specified for the DestinationArn parameter doesn't exist.",
    });
  });
});
