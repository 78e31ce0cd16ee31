// What queues and functions get of a published message, the retries, and the subscription's dead letters.
// Longer than 250 lines because every protocol, retry and dead letter of a subscription has its test here.
import assert from "node:assert/strict";
import { PublishBatchCommand, PublishCommand } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Graph } from "@spillway/graph";
import { type Message, type Observer, type Principal, ServiceError } from "../../service/ask";
import { graphResource } from "../support/graph-resource";
import { judgedBy } from "../support/judged-by";
import { functionArn, queueArn, type RunningSns, startSns, topicArn } from "../support/sns";
import { accountId, manualClock, region, user } from "../support/sqs";

const TopicArn = topicArn("orders");

describe("deliveries of SNS", () => {
  let run: RunningSns;
  /** What SendMessage and Invoke throw, by queue or function name; and who asked. */
  const failures = new Map<string, () => Error>();
  const senders: Principal[] = [];
  const attempts: number[] = [];
  const observer: Observer = {
    before: (principal, _service, action, input) => {
      if (action !== "SendMessage" && action !== "Invoke") return;
      senders.push(principal);
      const name =
        String(input.QueueUrl ?? input.FunctionName)
          .split(/[:/]/)
          .pop() ?? "";
      const failure = failures.get(name);
      if (failure === undefined) return;
      attempts.push(run.clock.now());
      throw failure();
    },
  };
  beforeEach(async () => {
    failures.clear();
    senders.length = 0;
    attempts.length = 0;
    run = await startSns({ observers: [observer] });
    await run.call("CreateTopic", { Name: "orders" });
  });
  afterEach(() => run.close());

  const publish = (input: Message = {}) => run.call("Publish", { TopicArn, Message: "hello", ...input });
  const text = (StringValue: string) => ({ DataType: "String", StringValue });
  const redrive = (name: string) => ({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(name) }) });

  it("wrap a message for a queue as AWS does", async () => {
    const subscriptionArn = await run.subscribed("orders", "q");
    const { MessageId } = await run.snsClient.send(
      new PublishCommand({
        TopicArn,
        Subject: "Order",
        Message: '{"a":"<ü>"}',
        MessageAttributes: {
          type: text("OrderPlaced"),
          binary: { DataType: "Binary", BinaryValue: Buffer.from([2, 3, 4]) },
        },
      }),
    );
    const [received, ...others] = await run.arrived("q");
    assert.equal(others.length, 0);
    const body = JSON.parse(received?.Body ?? "");
    assert.deepEqual(Object.keys(body), [
      "Type",
      "MessageId",
      "TopicArn",
      "Subject",
      "Message",
      "Timestamp",
      "SignatureVersion",
      "Signature",
      "SigningCertURL",
      "UnsubscribeURL",
      "MessageAttributes",
    ]);
    const { Signature, UnsubscribeURL, ...rest } = body;
    assert.deepEqual(rest, {
      Type: "Notification",
      MessageId,
      TopicArn,
      Subject: "Order",
      Message: '{"a":"<ü>"}',
      Timestamp: "2026-01-01T00:00:00.000Z",
      SignatureVersion: "1",
      SigningCertURL: `https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-${"0".repeat(32)}.pem`,
      MessageAttributes: {
        type: { Type: "String", Value: "OrderPlaced" },
        binary: { Type: "Binary", Value: "AgME" },
      },
    });
    assert.equal(Buffer.from(Signature, "base64").length, 256);
    assert.equal(received?.MessageAttributes, undefined);
    assert.deepEqual(senders, [{ kind: "service", service: "sns.amazonaws.com", sourceArn: TopicArn }]);
    // The link in the message works without a signature.
    assert.ok(UnsubscribeURL.includes(`SubscriptionArn=${subscriptionArn}`));
    assert.equal((await fetch(UnsubscribeURL)).status, 200);
    await publish();
    assert.deepEqual(await run.arrived("q"), []);
  });

  it("pass a raw message unchanged, with its attributes as SQS's", async () => {
    await run.subscribed("orders", "q", { RawMessageDelivery: "true" });
    const MessageAttributes = {
      type: text("OrderPlaced"),
      list: { DataType: "String.Array", StringValue: '["a"]' },
      number: { DataType: "Number", StringValue: "99.12" },
      binary: { DataType: "Binary", BinaryValue: "AgME" },
    };
    await publish({ MessageAttributes, Subject: "not told" });
    // The SDK verifies the checksum over the attributes.
    const QueueUrl = `${run.address}/${accountId}/q`;
    await run.clock.pass(0);
    const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"] });
    const { Messages = [] } = await run.sqsClient.send(receive);
    assert.equal(Messages[0]?.Body, "hello");
    assert.deepEqual(Object.keys(Messages[0]?.MessageAttributes ?? {}).sort(), Object.keys(MessageAttributes).sort());
    assert.deepEqual(Messages[0]?.MessageAttributes?.number, MessageAttributes.number);
  });

  it("happen after Publish has answered", async () => {
    await run.subscribed("orders", "q");
    await publish();
    assert.equal(senders.length, 0);
    assert.equal((await run.arrived("q")).length, 1);
  });

  it("follow the filter, for each entry of a batch separately", async () => {
    await run.subscribed("orders", "placed", { FilterPolicy: '{"type":["OrderPlaced"]}', RawMessageDelivery: "true" });
    await run.subscribed("orders", "large", {
      FilterPolicyScope: "MessageBody",
      FilterPolicy: '{"total":[{"numeric":[">",100]}]}',
      RawMessageDelivery: "true",
    });
    await run.subscribed("orders", "all", { RawMessageDelivery: "true" });
    const order = (Id: string, total: number, type: string) => ({
      Id,
      Message: JSON.stringify({ Id, total }),
      MessageAttributes: { type: text(type) },
    });
    const PublishBatchRequestEntries = [
      order("1", 50, "OrderPlaced"),
      order("2", 500, "OrderPaid"),
      order("3", 101, "OrderPlaced"),
    ];
    await run.snsClient.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
    const ids = async (name: string) => (await run.bodies(name)).map((body) => JSON.parse(body).Id);
    assert.deepEqual(await ids("placed"), ["1", "3"]);
    assert.deepEqual(await ids("large"), ["2", "3"]);
    assert.deepEqual(await ids("all"), ["1", "2", "3"]);
  });

  it("drop messages that a filter cannot read, only for subscriptions with a filter, and report them", async () => {
    const raw = { RawMessageDelivery: "true" };
    await run.subscribed("orders", "all", raw);
    await run.subscribed("orders", "placed", { FilterPolicy: '{"type":["placed"]}', ...raw });
    await run.subscribed("orders", "body", { FilterPolicyScope: "MessageBody", FilterPolicy: '{"n":[1]}', ...raw });
    const list = (StringValue: string) => ({ DataType: "String.Array", StringValue });
    const ids: unknown[] = [];
    for (const flow of [
      text("flow\t1"),
      text('flow"1'),
      text("flow\\"),
      list("[1"),
      text('flow\\"1 é'),
      list('["a"]'),
      { DataType: "Number", StringValue: "1" },
    ]) {
      const MessageAttributes = { type: text("placed"), flow };
      ids.push((await publish({ Message: '{"n":1}', MessageAttributes })).MessageId);
    }
    const dropped = (id: unknown, queue: string, reason: string, metric: string) =>
      `SNS dropped message ${id} of ${TopicArn} for ${queueArn(queue)}, which has a filter: ${reason}. AWS counts it in NumberOfNotificationsFilteredOut-${metric}.`;
    const attribute = "the value of its attribute flow is not a valid JSON string";
    assert.deepEqual(
      run.problems,
      ids.slice(0, 4).map((id) => dropped(id, "placed", attribute, "InvalidAttributes")),
    );
    assert.deepEqual(
      [await run.bodies("all"), await run.bodies("placed"), await run.bodies("body")].map(({ length }) => length),
      [7, 3, 7],
    );
    const { MessageId } = await publish({ Message: "no JSON" });
    assert.deepEqual(run.problems.slice(4), [
      dropped(MessageId, "body", "its body is not a JSON object", "InvalidMessageBody"),
    ]);
    await assert.rejects(publish({ MessageAttributes: { flow: text("flow😀") } }), {
      message: "Invalid attribute value was passed in for message attribute.",
    });
  });

  it("use the message for the protocol, also for filters", async () => {
    const scope = { FilterPolicyScope: "MessageBody", FilterPolicy: '{"for":["queues"]}' };
    await run.subscribed("orders", "q", { ...scope, RawMessageDelivery: "true" });
    await run.call("Subscribe", { TopicArn, Protocol: "lambda", Endpoint: functionArn("audit") });
    const Message = JSON.stringify({ default: "for all", sqs: '{"for":"queues"}', email: 1 });
    await publish({ Message, MessageStructure: "json" });
    assert.deepEqual(await run.bodies("q"), ['{"for":"queues"}']);
    assert.equal(JSON.parse(String(run.invocations[0]?.Payload)).Records[0].Sns.Message, "for all");
  });

  it("invoke a function asynchronously with AWS's event", async () => {
    const { SubscriptionArn } = await run.call("Subscribe", {
      TopicArn,
      Protocol: "lambda",
      Endpoint: functionArn("audit"),
    });
    const { MessageId } = await publish({ MessageAttributes: { type: text("OrderPlaced") } });
    await run.clock.pass(0);
    const [invocation] = run.invocations;
    assert.equal(invocation?.FunctionName, functionArn("audit"));
    assert.equal(invocation?.InvocationType, "Event");
    const { Records } = JSON.parse(String(invocation?.Payload));
    const { Signature, UnsubscribeUrl, SigningCertUrl, ...Sns } = Records[0].Sns;
    assert.deepEqual(
      { ...Records[0], Sns },
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: SubscriptionArn,
        Sns: {
          Type: "Notification",
          MessageId,
          TopicArn,
          Subject: null,
          Message: "hello",
          Timestamp: "2026-01-01T00:00:00.000Z",
          SignatureVersion: "1",
          MessageAttributes: { type: { Type: "String", Value: "OrderPlaced" } },
        },
      },
    );
    assert.ok(Signature && SigningCertUrl);
    assert.ok(UnsubscribeUrl.includes(SubscriptionArn));
    assert.deepEqual(senders, [{ kind: "service", service: "sns.amazonaws.com", sourceArn: TopicArn }]);
  });

  it("go to the dead-letter queue at once for a deleted endpoint, raw or wrapped as for the endpoint", async () => {
    await run.queue("dead");
    await run.subscribed("orders", "raw", { RawMessageDelivery: "true", ...redrive("dead") });
    await run.subscribed("orders", "wrapped", redrive("dead"));
    await run.call("Subscribe", {
      TopicArn,
      Protocol: "lambda",
      Endpoint: functionArn("deleted"),
      Attributes: redrive("dead"),
    });
    for (const name of ["raw", "wrapped"]) {
      await run.ask(user, "sqs", "DeleteQueue", { QueueUrl: `${run.address}/${accountId}/${name}` });
    }
    await publish({ MessageAttributes: { type: text("OrderPlaced") } });
    const dead = await run.arrived("dead");
    assert.equal(dead.length, 3);
    const raw = dead.find(({ Body }) => Body === "hello");
    assert.deepEqual(raw?.MessageAttributes, { type: text("OrderPlaced") });
    for (const { Body, MessageAttributes } of dead.filter((each) => each !== raw)) {
      const { Message, MessageAttributes: inside } = JSON.parse(Body);
      assert.equal(Message, "hello");
      assert.deepEqual(inside, { type: { Type: "String", Value: "OrderPlaced" } });
      assert.equal(MessageAttributes, undefined);
    }
    assert.deepEqual(run.problems, []);
  });

  it("go to the dead-letter queue at once for a denied endpoint, and are reported where there is none", async () => {
    await run.queue("dead");
    await run.subscribed("orders", "q", redrive("dead"));
    await run.subscribed("orders", "without");
    const denied = () => new ServiceError("AccessDeniedException", "not authorized", 403);
    failures.set("q", denied).set("without", denied);
    const { MessageId } = await publish();
    assert.equal((await run.arrived("dead")).length, 1);
    assert.equal(attempts.length, 2);
    assert.deepEqual(run.problems, [
      `SNS could not deliver message ${MessageId} of ${TopicArn} to ${queueArn("without")} (not authorized); it is lost, because the subscription has no redrive policy.`,
    ]);
  });

  it("depend on the queue's own policy, which admits the topic or does not", async () => {
    const admitting = (name: string, SourceArn: string) => {
      const Statement = {
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn(name),
        Condition: { ArnEquals: { "aws:SourceArn": SourceArn } },
      };
      const url = `http://127.0.0.1/${accountId}/${name}`;
      return [
        graphResource("aws:sqs/queue:Queue", name, {}, { url, arn: queueArn(name) }),
        graphResource("aws:sqs/queuePolicy:QueuePolicy", name, { queueUrl: url, policy: { Statement } }),
      ];
    };
    const graph: Graph = {
      project: "orders",
      stack: "dev",
      region,
      accountId,
      preview: false,
      resources: [
        ...admitting("q", TopicArn),
        ...admitting("other", topicArn("other")),
        ...admitting("dead", TopicArn),
      ],
      outputs: {},
    };
    const judged = await startSns({ observers: [judgedBy(graph)] });
    try {
      await judged.call("CreateTopic", { Name: "orders" });
      await judged.queue("dead");
      await judged.subscribed("orders", "q");
      await judged.subscribed("orders", "other", redrive("dead"));
      await judged.call("Publish", { TopicArn, Message: "hello" });
      assert.equal((await judged.arrived("q")).length, 1);
      assert.equal((await judged.arrived("other")).length, 0);
      assert.equal((await judged.arrived("dead")).length, 1);
    } finally {
      await judged.close();
    }
  });

  it("are reported when the dead-letter queue refuses a message too", async () => {
    await run.subscribed("orders", "q", redrive("nowhere"));
    failures.set("q", () => new ServiceError("AccessDeniedException", "not authorized", 403));
    await publish();
    await run.clock.pass(0);
    assert.match(
      run.problems[0] ?? "",
      /nor to its dead-letter queue .*:nowhere \(The specified queue does not exist\.\)/,
    );
  });

  it("do not pass more than ten attributes of a raw message", async () => {
    await run.subscribed("orders", "raw", { RawMessageDelivery: "true" });
    await run.subscribed("orders", "wrapped");
    const attributes = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, text("x")]));
    await publish({ MessageAttributes: attributes(11) });
    assert.equal((await run.arrived("raw")).length, 0);
    const [wrapped] = await run.bodies("wrapped");
    assert.equal(Object.keys(JSON.parse(wrapped ?? "").MessageAttributes).length, 11);
    assert.match(run.problems[0] ?? "", /Number of message attributes \[11\] exceeds the allowed maximum \[10\]/);
    await publish({ MessageAttributes: attributes(10) });
    assert.equal((await run.arrived("raw")).length, 1);
  });

  it("are retried for a failing endpoint as SNS does, and succeed when it works again", async () => {
    await run.subscribed("orders", "q", { RawMessageDelivery: "true" });
    failures.set("q", () => new ServiceError("InternalFailure", "broken", 500));
    const published = run.clock.now();
    await publish();
    await run.clock.pass(200_000);
    const seconds = attempts.map((at) => Math.round((at - published) / 1000));
    // Three at once, two a second apart, ten from 1 to 20 seconds, then every 20 seconds.
    assert.deepEqual(seconds.slice(0, 5), [0, 0, 0, 1, 2]);
    const gaps = attempts.map((at, index) => at - (attempts[index - 1] ?? published)).slice(5);
    assert.equal(gaps[0], 1000);
    assert.ok(gaps.slice(1, 10).every((gap, index) => gap > (gaps[index] ?? 0)));
    assert.equal(Math.round(gaps[9] ?? 0), 20_000);
    assert.ok(gaps.length > 10 && gaps.slice(10).every((gap) => Math.round(gap) === 20_000));
    failures.clear();
    await run.clock.pass(20_000);
    assert.deepEqual(await run.bodies("q"), ["hello"]);
  });

  it("send a message to the dead-letter queue when all attempts over 23 days have failed", async () => {
    let slept = 0;
    let attempted = 0;
    const broken: Observer = {
      before: (_principal, _service, action, { QueueUrl }) => {
        if (action !== "SendMessage" || !String(QueueUrl).endsWith("/q")) return;
        attempted += 1;
        throw new Error("broken");
      },
    };
    // It counts the waiting, and does not wait.
    const sleep = async (milliseconds: number) => {
      slept += milliseconds;
    };
    const impatient = await startSns({ clock: { ...manualClock(), sleep }, observers: [broken] });
    try {
      await impatient.call("CreateTopic", { Name: "orders" });
      await impatient.queue("dead");
      await impatient.subscribed("orders", "q", { ...redrive("dead"), RawMessageDelivery: "true" });
      await impatient.call("Publish", { TopicArn, Message: "hello" });
      assert.deepEqual(await impatient.bodies("dead"), ["hello"]);
    } finally {
      await impatient.close();
    }
    assert.equal(attempted, 100_015);
    assert.equal(Math.floor(slept / (24 * 3600 * 1000)), 23);
  });

  it("are not retried after the subscription is deleted", async () => {
    const SubscriptionArn = await run.subscribed("orders", "q");
    failures.set("q", () => new Error("broken"));
    await publish();
    await run.clock.pass(500);
    const before = attempts.length;
    await run.call("Unsubscribe", { SubscriptionArn });
    await run.clock.pass(60_000);
    assert.equal(attempts.length, before);
    assert.deepEqual(run.problems, []);
  });

  it("are completed if they are due at the end, and the others are reported", async () => {
    await run.subscribed("orders", "q");
    await run.subscribed("orders", "broken");
    failures.set("broken", () => new Error("broken"));
    await publish();
    await publish();
    await run.sns.close();
    assert.equal((await run.arrived("q")).length, 2);
    assert.deepEqual(run.problems, [`SNS gave up 2 deliveries as the run ended: to ${queueArn("broken")}.`]);
    await run.sns.close();
    assert.equal(run.problems.length, 1);
  });
});
