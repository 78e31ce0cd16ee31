import { strict as assert } from "node:assert";
import * as path from "node:path";
import {
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { Run, raise, reasonOf } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

/** Lambda's minute and two minutes between attempts run this many times faster. */
const speed = 100;

describe("a callback that consumes a topic directly, on this machine", () => {
  let run: Run;
  let sns: SNSClient;
  before(async () => {
    run = await Run.start({ program: path.join(__dirname, "..", "fixtures", "direct.ts"), speed });
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

  const publish = async (topic: string, event: { type: string; jobId: string; does: string }) => {
    const { MessageId } = await sns.send(
      new PublishCommand({
        TopicArn: run.output(topic),
        Message: JSON.stringify(event),
        MessageAttributes: { type: { DataType: "String", StringValue: event.type } },
      }),
    );
    return MessageId ?? raise("no message id");
  };
  const runsOf = async (jobId: string) => (await run.items("runsTable")).filter((item) => item.jobId === jobId);

  it("runs once for each event of its types", async () => {
    await publish("jobsArn", { type: "job.dropped", jobId: "dropped", does: "succeed" });
    await publish("jobsArn", { type: "job.asked", jobId: "asked", does: "succeed" });
    await publish("theirsArn", { type: "anything", jobId: "theirs", does: "succeed" });
    await until(async () => (await runsOf("asked")).length > 0 && (await runsOf("theirs")).length > 0);
    assert.equal((await runsOf("asked")).length, 1);
    assert.deepEqual(await runsOf("dropped"), []);
  });

  it("dead-letters a permanent failure at once, with its attributes and its reason", async () => {
    const event = { type: "job.asked", jobId: "refused", does: "refuse" };
    const id = await publish("jobsArn", event);
    const [letter = raise("no dead letter")] = await run.receive("workerDeadLettersUrl", 1);
    assert.deepEqual(JSON.parse(letter.Body ?? ""), event);
    assert.equal(letter.MessageAttributes?.type?.StringValue, "job.asked");
    const reason = reasonOf(letter);
    assert.deepEqual(
      [reason.errorType, reason.errorMessage, reason.sourceArn, reason.functionName],
      ["PaymentDeclined", "job refused is declined", run.output("jobsArn"), run.output("workerFunction")],
    );
    assert.equal((await runsOf("refused")).length, 1);
    // The function writes its line after the dead letter is stored.
    await until(() => run.lines.some((line) => line.includes(id) && line.includes('"deadLettered"')));
  });

  it("attempts a temporary failure three times, and then keeps Lambda's record of it", async () => {
    const event = { type: "job.asked", jobId: "throws", does: "throw" };
    const id = await publish("jobsArn", event);
    const [letter = raise("no dead letter")] = await run.receive("workerDeadLettersUrl", 1);
    const times = (await runsOf("throws")).map((item) => Number(String(item.run).split("-")[0])).sort((a, b) => a - b);
    const [first = 0, second = 0, third = 0] = times;
    assert.equal(times.length, 3);
    // Each waits a minute, and two, of the run's clock; timers may be a little early.
    assert.ok(second - first >= 60_000 / speed - 5 && third - second >= 120_000 / speed - 5, String(times));
    assert.equal(letter.MessageAttributes, undefined);
    const { timestamp, requestContext, requestPayload, responsePayload, ...record } = JSON.parse(letter.Body ?? "");
    assert.ok(!Number.isNaN(Date.parse(timestamp)));
    assert.deepEqual(record, {
      version: "1.0",
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    });
    const { requestId, ...context } = requestContext;
    assert.match(requestId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(context, {
      functionArn: `${run.output("workerArn")}:$LATEST`,
      condition: "RetriesExhausted",
      approximateInvokeCount: 3,
    });
    const [{ Sns }] = requestPayload.Records;
    assert.deepEqual([Sns.MessageId, JSON.parse(Sns.Message)], [id, event]);
    assert.deepEqual(
      [responsePayload.errorType, responsePayload.errorMessage],
      ["RangeError", "job throws never works"],
    );
  });

  it("admits exactly its topic, and messages that SNS cannot deliver are kept where its subscription says", async () => {
    for (const [topic, fn, url] of [
      ["jobsArn", "otherArn", "jobsUndeliveredUrl"],
      ["theirsArn", "workerArn", "otherDeadLettersUrl"],
    ] as const) {
      const { Attributes } = await run.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: run.output(url), AttributeNames: ["QueueArn"] }),
      );
      const { Subscriptions = [] } = await sns.send(
        new ListSubscriptionsByTopicCommand({ TopicArn: run.output(topic) }),
      );
      assert.equal(Subscriptions.length, 1);
      const { Attributes: own } = await sns.send(
        new GetSubscriptionAttributesCommand({ SubscriptionArn: Subscriptions[0]?.SubscriptionArn }),
      );
      assert.deepEqual(JSON.parse(own?.RedrivePolicy ?? ""), { deadLetterTargetArn: Attributes?.QueueArn });
      await sns.send(
        new SubscribeCommand({
          TopicArn: run.output(topic),
          Protocol: "lambda",
          Endpoint: run.output(fn),
          Attributes: { RedrivePolicy: own?.RedrivePolicy ?? "" },
        }),
      );
      const event = { type: "job.dropped", jobId: topic, does: "succeed" };
      const id = await publish(topic, event);
      const [letter = raise("no dead letter")] = await run.receive(url, 1);
      const { Type, MessageId, Message } = JSON.parse(letter.Body ?? "");
      assert.deepEqual([Type, MessageId, JSON.parse(Message)], ["Notification", id, event]);
    }
    assert.deepEqual(await runsOf("jobsArn"), []);
  });
});
