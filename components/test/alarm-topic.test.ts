import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { Recorded, refusal } from "../../test/support/component-graph";
import { AlarmTopic } from "../alarm-topic";

const types = {
  topic: "aws:sns/topic:Topic",
  policy: "aws:sns/topicPolicy:TopicPolicy",
  subscription: "aws:sns/topicSubscription:TopicSubscription",
  key: "aws:kms/key:Key",
};
const accountId = "000000000000";
const keyArn = `arn:aws:kms:eu-west-1:${accountId}:key/11111111-2222-3333-4444-555555555555`;
const ofThisAccount = { StringEquals: { "aws:SourceAccount": accountId } };
const cloudWatch = { Service: "cloudwatch.amazonaws.com" };

describe("AlarmTopic", () => {
  it("is encrypted with a key that CloudWatch of this account may use, and that is rotated", async () => {
    const graph = await Recorded.of(() => void new AlarmTopic("alarms"));
    const key = graph.one(types.key);
    assert.match(String(key.outputs.arn), /^arn:aws:kms:eu-west-1:000000000000:key\/[0-9a-f-]{36}$/);
    assert.equal(graph.one(types.topic).inputs.kmsMasterKeyId, key.outputs.arn);
    assert.equal(key.inputs.enableKeyRotation, true);
    assert.deepEqual(graph.json(types.key, "alarms", "policy").Statement, [
      {
        Sid: "AccountPolicies",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "AlarmsOntoTopics",
        Effect: "Allow",
        Principal: cloudWatch,
        Action: ["kms:GenerateDataKey", "kms:Decrypt"],
        Resource: "*",
        Condition: ofThisAccount,
      },
    ]);
  });

  it("warns in the deployment when the topic has no subscription", async () => {
    const warned = async (args: ConstructorParameters<typeof AlarmTopic>[1]) => {
      const said: string[] = [];
      const { warn } = pulumi.log;
      Object.assign(pulumi.log, { warn: (message: string) => void said.push(message) });
      try {
        await Recorded.of(() => void new AlarmTopic("alarms", args));
      } finally {
        Object.assign(pulumi.log, { warn });
      }
      return said;
    };
    const [warning = "", ...others] = await warned({});
    assert.match(warning, /^AlarmTopic "alarms": emails is empty, so nobody is notified of an alarm\. Give emails/);
    assert.deepEqual(others, []);
    assert.deepEqual(await warned({ emails: ["on-call@example.com"] }), []);
    assert.deepEqual(await warned({ subscribedElsewhere: true }), []);
  });

  it("lets CloudWatch of this account publish, and denies requests without TLS", async () => {
    const graph = await Recorded.of(() => void new AlarmTopic("alarms"));
    const Resource = String(graph.one(types.topic).outputs.arn);
    assert.equal(graph.one(types.policy).inputs.arn, Resource);
    assert.deepEqual(graph.json(types.policy, "alarms", "policy").Statement, [
      {
        Sid: "Alarms",
        Effect: "Allow",
        Principal: cloudWatch,
        Action: "sns:Publish",
        Resource,
        Condition: ofThisAccount,
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  it("names its key's administrators in the partition of the stack", async () => {
    const config = { "aws:region": "cn-north-1" };
    const graph = await Recorded.of(() => void new AlarmTopic("alarms"), { config });
    const [account] = graph.json(types.key, "alarms", "policy").Statement as [{ Principal: unknown }];
    assert.deepEqual(account.Principal, { AWS: `arn:aws-cn:iam::${accountId}:root` });
  });

  it("uses an existing key and creates none", async () => {
    const graph = await Recorded.of(() => void new AlarmTopic("alarms", { kmsKeyArn: keyArn }));
    assert.equal(graph.one(types.topic).inputs.kmsMasterKeyId, keyArn);
    assert.deepEqual(graph.all(types.key), []);
  });

  it("protects its key where the stack requires it", async () => {
    const graph = await Recorded.of(() => void new AlarmTopic("alarms", { protect: true }));
    assert.equal(graph.one(types.key).options.protect, true);
  });

  it("subscribes the given e-mail addresses", async () => {
    const emails = ["on-call@example.com", "second@example.com"];
    const graph = await Recorded.of(() => void new AlarmTopic("alarms", { emails }));
    const topic = graph.one(types.topic).outputs.arn;
    assert.deepEqual(
      graph.all(types.subscription).map(({ inputs }) => inputs),
      emails.map((endpoint) => ({ topic, protocol: "email", endpoint })),
    );
  });

  it("shows every resource in the first preview, where values that only AWS knows are missing", async () => {
    const run = () => void new AlarmTopic("alarms", { emails: ["on-call@example.com"] });
    const [preview, graph] = [await Recorded.of(run, { preview: true }), await Recorded.of(run)];
    const names = (of: Recorded) => of.graph.resources.map(({ type, name }) => `${type} ${name}`).sort();
    assert.deepEqual(names(preview), names(graph));
  });

  it("reports an invalid address, a duplicate address and a key that no policy can name, together", async () => {
    const emails = ["on-call", "a@example.com, b@example.com", "c@example", "d@example.com", "D@example.com"];
    const says = await refusal(() => void new AlarmTopic("alarms", { emails, kmsKeyArn: "alias/aws/sns" }));
    for (const part of [
      ...emails.slice(0, 3).map((email, index) => `emails[${index}] is "${email}"; give one address`),
      'emails has "D@example.com" twice',
      'kmsKeyArn is "alias/aws/sns"',
    ]) {
      assert.ok(says.includes(part), `${part} in ${says}`);
    }
    assert.ok(!says.includes("emails[3]"), says);
  });
});
