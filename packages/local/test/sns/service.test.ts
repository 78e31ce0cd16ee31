// Topics, subscriptions and what Publish checks, through the SDK on the front.
// Longer than 250 lines because every action and every refusal of SNS has its test here.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { functionArn, queueArn, type RunningSns, startSns, topicArn } from "../support/sns";

describe("SNS of the local run", () => {
  let run: RunningSns;
  let sns: RunningSns["snsClient"];
  beforeEach(async () => {
    run = await startSns();
    sns = run.snsClient;
  });
  afterEach(() => run.close());

  const TopicArn = topicArn("orders");
  const create = (Attributes: Record<string, string> = {}, Name = "orders") =>
    sns.send(new CreateTopicCommand({ Name, Attributes }));
  const invalid = (what: string) => ({ name: "InvalidParameterException", message: `Invalid parameter: ${what}` });

  it("creates a topic once, with the attributes that AWS returns", async () => {
    const first = await create({ DisplayName: "Orders & more", KmsMasterKeyId: "alias/aws/sns" });
    assert.equal(first.TopicArn, TopicArn);
    assert.equal((await create({ DisplayName: "Orders & more" })).TopicArn, TopicArn);
    await assert.rejects(
      create({ DisplayName: "Others" }),
      invalid("Attributes Reason: Topic already exists with different attributes"),
    );
    const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    const { Policy, EffectiveDeliveryPolicy, ...others } = Attributes;
    assert.deepEqual(others, {
      TopicArn,
      Owner: "000000000000",
      DisplayName: "Orders & more",
      KmsMasterKeyId: "alias/aws/sns",
      SubscriptionsConfirmed: "0",
      SubscriptionsPending: "0",
      SubscriptionsDeleted: "0",
    });
    assert.equal(JSON.parse(Policy ?? "").Statement[0].Resource, TopicArn);
    assert.equal(JSON.parse(EffectiveDeliveryPolicy ?? "").http.defaultHealthyRetryPolicy.numRetries, 3);
  });

  it("refuses names and attributes that AWS refuses", async () => {
    for (const name of ["", "a b", "a.fifo", "a".repeat(257)]) {
      await assert.rejects(create({}, name), invalid("Topic Name"));
    }
    await assert.rejects(create({ FifoTopic: "true" }, "orders"), invalid("Topic Name"));
    await assert.rejects(create({ Nonsense: "1" }), /Unknown attribute Nonsense/);
    await assert.rejects(create({ ContentBasedDeduplication: "true" }), /Unknown attribute ContentBasedDeduplication/);
    await assert.rejects(create({ SignatureVersion: "3" }), /SignatureVersion Reason: Invalid value \[3\]/);
    await assert.rejects(create({ MaximumMessageSize: "1048577" }), /MaximumMessageSize Reason/);
    await assert.rejects(create({ ArchivePolicy: "{}" }), /has no archive/);
    await create();
    const set = (AttributeName: string, AttributeValue?: string) =>
      sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));
    await assert.rejects(set("FifoTopic", "false"), invalid("AttributeName"));
    await assert.rejects(set("Policy", "{"), invalid("Policy: failed to parse JSON"));
    await set("Policy", '{"Version":"2012-10-17"}');
    await set("DisplayName", "x");
    const attributes = async () => (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes ?? {};
    assert.equal((await attributes()).Policy, '{"Version":"2012-10-17"}');
    await set("Policy", "");
    assert.equal(JSON.parse((await attributes()).Policy ?? "").Id, "__default_policy_ID");
  });

  it("finds a topic by its ARN in this region", async () => {
    const get = (arn: string) => sns.send(new GetTopicAttributesCommand({ TopicArn: arn }));
    await assert.rejects(get("orders"), invalid("TopicArn Reason: An ARN must have at least 6 elements, not 1"));
    await assert.rejects(get("arn:aws:sns:us-east-1:000000000000:orders"), invalid("TopicArn"));
    await assert.rejects(get(TopicArn), { name: "NotFoundException", message: "Topic does not exist" });
    await sns.send(new DeleteTopicCommand({ TopicArn }));
  });

  it("lists topics a hundred at a time", async () => {
    for (let index = 0; index < 101; index += 1) await run.call("CreateTopic", { Name: `t${1000 + index}` });
    const first = await sns.send(new ListTopicsCommand({}));
    const second = await sns.send(new ListTopicsCommand({ NextToken: first.NextToken }));
    assert.equal(first.Topics?.length, 100);
    assert.deepEqual(second.Topics, [{ TopicArn: topicArn("t1100") }]);
    assert.equal(second.NextToken, undefined);
  });

  it("tags topics", async () => {
    await sns.send(new CreateTopicCommand({ Name: "orders", Tags: [{ Key: "k1", Value: "v1" }] }));
    const again = new CreateTopicCommand({ Name: "orders", Tags: [{ Key: "k1", Value: "v2" }] });
    await assert.rejects(sns.send(again), invalid("Tags Reason: Topic already exists with different tags"));
    const Tags = [{ Key: "k2", Value: "<v2>" }];
    await sns.send(new TagResourceCommand({ ResourceArn: TopicArn, Tags }));
    await assert.rejects(
      sns.send(new TagResourceCommand({ ResourceArn: TopicArn, Tags: [...Tags, ...Tags] })),
      invalid("Duplicated keys are not allowed."),
    );
    await sns.send(new UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ["k1"] }));
    assert.deepEqual((await sns.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }))).Tags, Tags);
    const elsewhere = new ListTagsForResourceCommand({ ResourceArn: topicArn("none") });
    await assert.rejects(sns.send(elsewhere), {
      name: "ResourceNotFoundException",
      message: "Resource does not exist",
    });
  });

  it("subscribes queues and functions, the same endpoint once", async () => {
    await create();
    const Endpoint = queueArn("fulfilment");
    const Attributes = { FilterPolicy: '{"type":["OrderPlaced"]}', RawMessageDelivery: "true" };
    const input = { TopicArn, Protocol: "sqs", Endpoint, Attributes };
    const { SubscriptionArn = "" } = await sns.send(new SubscribeCommand(input));
    assert.match(
      SubscriptionArn,
      /^arn:aws:sns:eu-west-1:000000000000:orders:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
    const again = new SubscribeCommand({ ...input, ReturnSubscriptionArn: true });
    assert.equal((await sns.send(again)).SubscriptionArn, SubscriptionArn);
    await assert.rejects(
      sns.send(new SubscribeCommand({ ...input, Attributes: { RawMessageDelivery: "false" } })),
      invalid("Attributes Reason: Subscription already exists with different attributes"),
    );
    const { Attributes: described } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    assert.deepEqual(described, {
      SubscriptionArn,
      TopicArn,
      Protocol: "sqs",
      Endpoint,
      Owner: "000000000000",
      RawMessageDelivery: "true",
      ConfirmationWasAuthenticated: "true",
      PendingConfirmation: "false",
      SubscriptionPrincipal: "arn:aws:iam::000000000000:root",
      FilterPolicy: Attributes.FilterPolicy,
      FilterPolicyScope: "MessageAttributes",
    });
    const toFunction = { TopicArn, Protocol: "lambda", Endpoint: functionArn("audit") };
    await sns.send(new SubscribeCommand(toFunction));
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    assert.deepEqual(Subscriptions.map((each) => each.Endpoint).sort(), [toFunction.Endpoint, Endpoint].sort());
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    assert.equal((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions?.length, 1);
    await assert.rejects(sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn })), {
      name: "NotFoundException",
      message: "Subscription does not exist",
    });
    const confirm = new ConfirmSubscriptionCommand({ TopicArn, Token: "token" });
    await assert.rejects(sns.send(confirm), /confirmed from the start/);
  });

  it("refuses endpoints and protocols that it cannot deliver to", async () => {
    await create();
    const subscribe = (Protocol: string, Endpoint: string, Attributes = {}) =>
      sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }));
    await assert.rejects(subscribe("test", "x"), invalid("Amazon SNS does not support this protocol string: test"));
    for (const protocol of ["http", "https", "email", "email-json", "sms", "application", "firehose"]) {
      await assert.rejects(subscribe(protocol, "x"), new RegExp(`the protocol "${protocol}" was given`));
    }
    await assert.rejects(subscribe("sqs", "http://127.0.0.1/queue"), invalid("SQS endpoint ARN"));
    await assert.rejects(subscribe("lambda", queueArn("q")), invalid("Lambda endpoint ARN"));
    await assert.rejects(subscribe("sqs", "arn:aws:sqs:us-east-1:000000000000:q"), /eu-west-1 only/);
    await assert.rejects(
      subscribe("sqs", queueArn("q.fifo")),
      invalid("Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"),
    );
    await assert.rejects(
      subscribe("lambda", functionArn("audit"), { RawMessageDelivery: "true" }),
      invalid("Attributes Reason: Delivery protocol [lambda] does not support raw message delivery."),
    );
  });

  it("checks a subscription's attributes when they are set", async () => {
    await create();
    const SubscriptionArn = await run.subscribed("orders", "q");
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
    const redrive = (arn: string) => set("RedrivePolicy", JSON.stringify({ deadLetterTargetArn: arn }));
    await assert.rejects(set("Fake", "1"), invalid("AttributeName"));
    await assert.rejects(
      set("RawMessageDelivery", "test-ValUe"),
      invalid("RawMessageDelivery: Invalid value [test-ValUe]. Must be true or false."),
    );
    await assert.rejects(
      set("RawMessageDelivery", ""),
      invalid("RawMessageDelivery: Invalid value []. Must be true or false."),
    );
    await assert.rejects(redrive("fake"), invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn"));
    await assert.rejects(redrive(queueArn("dead.fifo")), /must use a standard queue as DLQ/);
    await assert.rejects(set("RedrivePolicy", "{invalid"), /RedrivePolicy: failed to parse JSON\./);
    await assert.rejects(set("FilterPolicy", "{invalid"), /FilterPolicy: failed to parse JSON\./);
    await assert.rejects(
      set("FilterPolicyScope", "RandomValue"),
      invalid("FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes"),
    );
    await assert.rejects(
      set("FilterPolicy", '{"object":{"key":["x"]}}'),
      invalid("Filter policy scope MessageAttributes does not support nested filter policy"),
    );
    await assert.rejects(set("ReplayPolicy", "{}"), /ReplayPolicy: the local run has no archive/);
    await assert.rejects(
      sns.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: "sqs",
          Endpoint: queueArn("r"),
          Attributes: { FilterPolicy: "[]" },
        }),
      ),
      invalid("Attributes Reason: FilterPolicy: Filter is not an object"),
    );
    await set("FilterPolicyScope", "MessageBody");
    await set("FilterPolicy", '{"object":{"key":["x"]}}');
    const get = new GetSubscriptionAttributesCommand({ SubscriptionArn });
    assert.equal((await sns.send(get)).Attributes?.FilterPolicyScope, "MessageBody");
    await set("FilterPolicy", "{}");
    assert.equal((await sns.send(get)).Attributes?.FilterPolicy, undefined);
  });

  it("refuses messages that AWS refuses", async () => {
    await create();
    const publish = (input: object) => sns.send(new PublishCommand({ TopicArn, Message: "m", ...input }));
    await assert.rejects(publish({ Message: "" }), invalid("Empty message"));
    for (const Subject of ["", "a\nb", "a".repeat(101)]) {
      await assert.rejects(publish({ Subject }), invalid("Subject"));
    }
    await publish({ Subject: `Ünïcode ${"a".repeat(90)}` });
    await assert.rejects(publish({ Message: "a".repeat(262_145) }), invalid("Message too long"));
    await publish({ Message: "a".repeat(262_144) });
    const attributes = { attr: { DataType: "String", StringValue: "b" } };
    await assert.rejects(
      publish({ Message: "a".repeat(262_144), MessageAttributes: attributes }),
      invalid("Message too long"),
    );
    const json = { MessageStructure: "json" };
    await assert.rejects(publish(json), invalid("Message Structure - JSON message body failed to parse"));
    const noDefault = invalid("Message Structure - No default entry in JSON message body");
    await assert.rejects(publish({ ...json, Message: '{"sqs":"x"}' }), noDefault);
    await assert.rejects(publish({ ...json, Message: '{"default":{"not":"a text"}}' }), noDefault);
    await assert.rejects(
      publish({ MessageDeduplicationId: "d" }),
      invalid(
        "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
      ),
    );
    await assert.rejects(sns.send(new PublishCommand({ PhoneNumber: "+123", Message: "m" })), /sends no SMS/);
    await assert.rejects(sns.send(new PublishCommand({ TopicArn: topicArn("none"), Message: "m" })), {
      name: "NotFoundException",
    });
    const large = { TopicArn, AttributeName: "MaximumMessageSize", AttributeValue: "1048576" };
    await sns.send(new SetTopicAttributesCommand(large));
    await publish({ Message: "a".repeat(1_048_576) });
    await assert.rejects(publish({ Message: "a".repeat(1_048_577) }), invalid("Message too long"));
  });

  it("refuses message attributes that AWS refuses", async () => {
    await create();
    const type =
      "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.";
    for (const [name, attribute, message] of [
      [
        "a",
        { DataType: "String", StringValue: "" },
        /must contain non-empty message attribute value for message attribute type 'String'/,
      ],
      ["a", { DataType: "Binary", StringValue: "x" }, /with type 'Binary' must use field 'Binary'\.$/],
      ["a", { DataType: "Number", BinaryValue: Buffer.from("x") }, /with type 'Number' must use field 'String'\.$/],
      ["a", { DataType: "Stringprefixed", StringValue: "x" }, type],
      ["a", { DataType: "Number", StringValue: "x" }, /Could not cast message attribute 'a' value to number/],
      [
        "a".repeat(257),
        { DataType: "String", StringValue: "x" },
        "Length of message attribute name must be less than 256 bytes.",
      ],
      ["a^", { DataType: "String", StringValue: "x" }, /Invalid non-alphanumeric character '#x5E' was found/],
      [".a", { DataType: "String", StringValue: "x" }, /starting with character '\.'/],
      ["a.", { DataType: "String", StringValue: "x" }, /ending with character '\.'/],
      [
        "a..b",
        { DataType: "String", StringValue: "x" },
        "Message attribute name can not have successive '.' character.",
      ],
    ] as const) {
      const input = { TopicArn, Message: "m", MessageAttributes: { [name]: attribute } };
      await assert.rejects(sns.send(new PublishCommand(input)), { name: "InvalidParameterValueException", message });
    }
    const MessageAttributes = { a: { DataType: "Binary.png", BinaryValue: Buffer.from("x") } };
    await sns.send(new PublishCommand({ TopicArn, Message: "m", MessageAttributes }));
  });

  it("refuses a batch as a whole", async () => {
    await create();
    const entries = (count: number, Message = "m") =>
      Array.from({ length: count }, (_, index) => ({ Id: String(index), Message }));
    const publish = (PublishBatchRequestEntries: { Id: string; Message: string }[]) =>
      sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
    await assert.rejects(publish([]), { name: "EmptyBatchRequestException" });
    await assert.rejects(publish(entries(11)), { name: "TooManyEntriesInBatchRequestException" });
    await assert.rejects(publish([...entries(1), ...entries(1)]), { name: "BatchEntryIdsNotDistinctException" });
    await assert.rejects(publish([{ Id: "a b", Message: "m" }]), { name: "InvalidBatchEntryIdException" });
    await assert.rejects(publish(entries(3, "a".repeat(100_000))), { name: "BatchRequestTooLongException" });
    await assert.rejects(publish([...entries(1), { Id: "x", Message: "" }]), invalid("Empty message"));
    const { Successful = [], Failed } = await publish(entries(2));
    assert.deepEqual(
      Successful.map(({ Id }) => Id),
      ["0", "1"],
    );
    assert.deepEqual(Failed, []);
  });

  it("reports which actions it does not support", async () => {
    await assert.rejects(run.call("CreatePlatformApplication", {}), {
      code: "InvalidAction",
      message: "Could not find operation CreatePlatformApplication for version 2010-03-31",
    });
    await assert.rejects(run.call("AddPermission", {}), /set the topic's Policy attribute/);
  });
});

describe("SNS of a run with a data directory", () => {
  const folder = mkdtempSync(join(tmpdir(), "spillway-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps topics, subscriptions, sequence numbers and deduplication ids", async () => {
    const publish = (Message: string) => ({ TopicArn: topicArn("t.fifo"), Message, MessageGroupId: "g" });
    const before = await startSns({ dataDir: folder });
    const Attributes = { FifoTopic: "true", ContentBasedDeduplication: "true" };
    await before.call("CreateTopic", { Name: "t.fifo", Attributes, Tags: [{ Key: "k", Value: "v" }] });
    const arn = await before.subscribed("t.fifo", "q", { FilterPolicyScope: "MessageBody", FilterPolicy: '{"a":[1]}' });
    const first = await before.call("Publish", publish('{"a":1}'));
    await before.clock.pass(0);
    await before.close();

    const run = await startSns({ dataDir: folder });
    try {
      assert.deepEqual(await run.call("Publish", publish('{"a":1}')), first);
      await run.call("Publish", publish('{"a":2}'));
      const second = await run.call("Publish", publish('{"a":1.0}'));
      assert.equal(String(second.SequenceNumber), "10000000000000000003");
      const bodies = (await run.bodies("q")).map((body) => JSON.parse(body).Message);
      assert.deepEqual(bodies, ['{"a":1}', '{"a":1.0}']);
      const { Attributes: described } = await run.call("GetSubscriptionAttributes", { SubscriptionArn: arn });
      assert.equal((described as Record<string, string>).FilterPolicyScope, "MessageBody");
      assert.deepEqual(await run.call("ListTagsForResource", { ResourceArn: topicArn("t.fifo") }), {
        Tags: [{ Key: "k", Value: "v" }],
      });
    } finally {
      await run.close();
    }
  });
});
