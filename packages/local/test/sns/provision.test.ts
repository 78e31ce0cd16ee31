// The program's topics, subscriptions and policies as they are created on SNS of the local run.
import assert from "node:assert/strict";
import type { Value } from "@spillway/graph";
import { subscriptionArn } from "@spillway/graph";
import type { Message } from "../../service/ask";
import { snsProvisioners } from "../../sns/provision";
import { graphResource } from "../support/graph-resource";
import { functionArn, queueArn, type RunningSns, startSns, topicArn } from "../support/sns";

type Inputs = Record<string, Value>;

const types = {
  topic: "aws:sns/topic:Topic",
  subscription: "aws:sns/topicSubscription:TopicSubscription",
  policy: "aws:sns/topicPolicy:TopicPolicy",
};

describe("topics of the program on the local run", () => {
  let run: RunningSns;
  beforeEach(async () => {
    run = await startSns();
  });
  afterEach(() => run.close());

  const provision = async (type: string, name: string, inputs: Inputs, outputs: Inputs = {}) => {
    const provisioner = snsProvisioners(run.ask)[type];
    assert.ok(provisioner, `no provisioner for ${type}`);
    await provisioner(graphResource(type, name, inputs, outputs));
  };
  const topic = (name: string, inputs: Inputs = {}) =>
    provision(types.topic, name, inputs, { name, arn: topicArn(name) });
  const subscription = (inputs: Inputs) => provision(types.subscription, "s", inputs);
  const attributes = async (name: string) =>
    (await run.call("GetTopicAttributes", { TopicArn: topicArn(name) })).Attributes as Record<string, string>;
  const subscriptions = async (name: string) =>
    (await run.call("ListSubscriptionsByTopic", { TopicArn: topicArn(name) })).Subscriptions as readonly Message[];

  it("are created with all settings of the program", async () => {
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await topic("orders", {
      policy,
      displayName: "Orders",
      kmsMasterKeyId: "alias/aws/sns",
      signatureVersion: 2,
      tracingConfig: "Active",
      fifoTopic: false,
      lambdaFailureFeedbackRoleArn: "arn:aws:iam::000000000000:role/r",
      tags: { team: "a" },
      tagsAll: { team: "a", stack: "dev" },
    });
    const found = await attributes("orders");
    assert.equal(found.Policy, policy);
    assert.equal(found.DisplayName, "Orders");
    assert.equal(found.SignatureVersion, "2");
    assert.equal(found.TracingConfig, "Active");
    assert.equal(found.LambdaFailureFeedbackRoleArn, "arn:aws:iam::000000000000:role/r");
    assert.equal(found.FifoTopic, undefined);
    const { Tags } = await run.call("ListTagsForResource", { ResourceArn: topicArn("orders") });
    assert.deepEqual(Tags, [
      { Key: "team", Value: "a" },
      { Key: "stack", Value: "dev" },
    ]);
    await topic("all.fifo", { fifoTopic: true, contentBasedDeduplication: true, fifoThroughputScope: "MessageGroup" });
    const fifo = await attributes("all.fifo");
    assert.deepEqual(
      [fifo.FifoTopic, fifo.ContentBasedDeduplication, fifo.FifoThroughputScope],
      ["true", "true", "MessageGroup"],
    );
  });

  it("have queues and functions as subscribers, with filters and dead-letter queues", async () => {
    await topic("orders");
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn("dead") });
    const endpoint = queueArn("q");
    await subscription({
      topic: topicArn("orders"),
      protocol: "sqs",
      endpoint,
      rawMessageDelivery: true,
      filterPolicyScope: "MessageBody",
      filterPolicy: '{"order":{"total":[1]}}',
      redrivePolicy,
    });
    await subscription({ topic: topicArn("orders"), protocol: "lambda", endpoint: functionArn("audit") });
    assert.equal((await subscriptions("orders")).length, 2);
    const SubscriptionArn = subscriptionArn(topicArn("orders"), "sqs", endpoint);
    const { Attributes } = await run.call("GetSubscriptionAttributes", { SubscriptionArn });
    const { RawMessageDelivery, FilterPolicyScope, FilterPolicy, RedrivePolicy } = Attributes as Record<string, string>;
    assert.deepEqual(
      [RawMessageDelivery, FilterPolicyScope, FilterPolicy, RedrivePolicy],
      ["true", "MessageBody", '{"order":{"total":[1]}}', redrivePolicy],
    );
  });

  it("have the policy of a separate resource", async () => {
    await topic("orders");
    const policy = { Version: "2012-10-17", Statement: [] };
    await provision(types.policy, "p", { arn: topicArn("orders"), policy });
    assert.deepEqual(JSON.parse((await attributes("orders")).Policy ?? ""), policy);
  });

  it("are updated to the program when they come from an earlier run", async () => {
    await topic("orders", { displayName: "old", policy: "{}", tags: { old: "x" }, signatureVersion: 1 });
    const common = { topic: topicArn("orders"), protocol: "sqs" };
    await subscription({ ...common, endpoint: queueArn("gone") });
    await subscription({ ...common, endpoint: queueArn("kept"), rawMessageDelivery: true });

    await topic("orders", { signatureVersion: 2, tags: { new: "y" } });
    await subscription({ ...common, endpoint: queueArn("kept"), filterPolicy: '{"a":["b"]}' });
    const found = await attributes("orders");
    assert.deepEqual([found.DisplayName, found.SignatureVersion], ["", "2"]);
    assert.equal(JSON.parse(found.Policy ?? "").Id, "__default_policy_ID");
    const { Tags } = await run.call("ListTagsForResource", { ResourceArn: topicArn("orders") });
    assert.deepEqual(Tags, [{ Key: "new", Value: "y" }]);
    assert.deepEqual(
      (await subscriptions("orders")).map(({ Endpoint }) => Endpoint),
      [queueArn("kept")],
    );
  });

  it("are reported when SNS refuses them, or the local run does not support a property", async () => {
    await topic("orders");
    const common = { topic: topicArn("orders"), protocol: "sqs", endpoint: queueArn("q") };
    await assert.rejects(subscription({ ...common, filterPolicy: '{"a":"b"}' }), {
      message: `${types.subscription} "s": InvalidParameter: Invalid parameter: Attributes Reason: FilterPolicy: "a" must be an object or an array`,
    });
    await subscription(common);
    await assert.rejects(
      subscription({ ...common, rawMessageDelivery: true }),
      /already exists with different attributes/,
    );
    for (const property of ["replayPolicy", "deliveryPolicy", "subscriptionRoleArn"]) {
      await assert.rejects(subscription({ ...common, [property]: "x" }), new RegExp(`does not have ${property}`));
    }
    await assert.rejects(topic("t.fifo", { fifoTopic: true, archivePolicy: "{}" }), /does not have archivePolicy/);
    await assert.rejects(
      subscription({ ...common, protocol: "https", endpoint: "https://example.com" }),
      /the protocol "https" was given/,
    );
  });

  it("accept e-mail subscriptions, without effect, and report so once", async () => {
    await topic("alarms");
    const told: string[] = [];
    const provisioner = snsProvisioners(run.ask, (line) => told.push(line))[types.subscription] ?? assert.fail();
    for (const [protocol, endpoint] of Object.entries({
      email: "on-call@example.com",
      "email-json": "b@example.com",
    })) {
      await provisioner(graphResource(types.subscription, endpoint, { topic: topicArn("alarms"), protocol, endpoint }));
    }
    assert.deepEqual(told, ["Subscriptions by email have no effect here: no mail is sent."]);
    assert.deepEqual(await subscriptions("alarms"), []);
  });
});
