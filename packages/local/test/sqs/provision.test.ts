// The program's queues as they are created on SQS of the local run.
import assert from "node:assert/strict";
import type { Value } from "@spillway/graph";
import { sqsProvisioners } from "../../sqs/provision";
import { graphResource } from "../support/graph-resource";
import { type RunningSqs, startSqs, user } from "../support/sqs";

const arn = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`;

describe("queues of the program on the local run", () => {
  let run: RunningSqs;
  beforeEach(async () => {
    run = await startSqs();
  });
  afterEach(() => run.close());

  const provision = async (type: string, name: string, inputs: Record<string, Value>) => {
    const provisioner = sqsProvisioners(run.ask)[type];
    assert.ok(provisioner, `no provisioner for ${type}`);
    await provisioner(graphResource(type, name, inputs, { name: `orders-dev-${name}`, ...inputs }));
  };
  const url = (name: string) => `${run.address}/000000000000/orders-dev-${name}`;
  const attributes = async (name: string) => {
    const input = { QueueUrl: url(name), AttributeNames: ["All"] };
    return (await run.ask(user, "sqs", "GetQueueAttributes", input)).Attributes as Record<string, string>;
  };

  it("are created with all settings of the program, and the provider's default size", async () => {
    await provision("aws:sqs/queue:Queue", "dead", { messageRetentionSeconds: 1_209_600, fifoQueue: false });
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: arn("orders-dev-dead"), maxReceiveCount: 5 });
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await provision("aws:sqs/queue:Queue", "orders", {
      visibilityTimeoutSeconds: 180,
      receiveWaitTimeSeconds: 20,
      sqsManagedSseEnabled: true,
      policy,
      redrivePolicy,
      tags: { team: "a" },
      tagsAll: { team: "a", stack: "dev" },
    });
    const orders = await attributes("orders");
    assert.equal(orders.VisibilityTimeout, "180");
    assert.equal(orders.ReceiveMessageWaitTimeSeconds, "20");
    assert.equal(orders.MaximumMessageSize, "262144");
    assert.equal(orders.Policy, policy);
    assert.equal(orders.RedrivePolicy, redrivePolicy);
    assert.equal((await attributes("dead")).MessageRetentionPeriod, "1209600");
    const { Tags } = await run.ask(user, "sqs", "ListQueueTags", { QueueUrl: url("orders") });
    assert.deepEqual(Tags, { team: "a", stack: "dev" });
  });

  it("have the policies of separate resources", async () => {
    await provision("aws:sqs/queue:Queue", "dead", {});
    await provision("aws:sqs/queue:Queue", "orders", {});
    const policy = { Version: "2012-10-17", Statement: [] };
    await provision("aws:sqs/queuePolicy:QueuePolicy", "p", { queueUrl: url("orders"), policy });
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: arn("orders-dev-dead"), maxReceiveCount: 3 });
    await provision("aws:sqs/redrivePolicy:RedrivePolicy", "r", { queueUrl: url("orders"), redrivePolicy });
    const allow = JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arn("orders-dev-orders")] });
    await provision("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "a", {
      queueUrl: "https://sqs.eu-west-1.amazonaws.com/000000000000/orders-dev-dead",
      redriveAllowPolicy: allow,
    });
    const orders = await attributes("orders");
    assert.deepEqual(JSON.parse(orders.Policy ?? ""), policy);
    assert.equal(orders.RedrivePolicy, redrivePolicy);
    assert.equal((await attributes("dead")).RedriveAllowPolicy, allow);
  });

  it("are updated to the program when they come from an earlier run, and keep their messages", async () => {
    const before = { delaySeconds: 9, tags: { old: "x" }, policy: "{}", messageRetentionSeconds: 60 };
    await provision("aws:sqs/queue:Queue", "orders", before);
    const message = { QueueUrl: url("orders"), MessageBody: "kept", DelaySeconds: 0 };
    await run.ask(user, "sqs", "SendMessage", message);
    await provision("aws:sqs/queue:Queue", "orders", { visibilityTimeoutSeconds: 7, tags: { new: "y" } });
    const now = await attributes("orders");
    assert.deepEqual([now.VisibilityTimeout, now.DelaySeconds, now.MessageRetentionPeriod], ["7", "0", "345600"]);
    assert.equal(now.Policy, undefined);
    assert.equal(now.ApproximateNumberOfMessages, "1");
    const { Tags } = await run.ask(user, "sqs", "ListQueueTags", { QueueUrl: url("orders") });
    assert.deepEqual(Tags, { new: "y" });
  });

  it("are reported when SQS refuses them, with the reason", async () => {
    const refused = provision("aws:sqs/queue:Queue", "orders", { delaySeconds: 901 });
    await assert.rejects(refused, {
      message: 'aws:sqs/queue:Queue "orders": InvalidAttributeValue: Invalid value for the parameter DelaySeconds.',
    });
  });
});
