import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { recordProgram } from "../../evaluate/record";
import type { Graph, GraphResource } from "../../graph";
import { unknown } from "../../graph";
import { renderTree } from "../../read/tree";

const settings = { config: { "aws:region": "eu-west-1" } };
const named = ({ resources }: Graph, name: string): GraphResource =>
  resources.find((resource) => resource.name === name) ?? assert.fail(`no ${name}`);

class Group extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, {}, opts);
    const queue = new aws.sqs.Queue(
      `${name}-queue`,
      {},
      { parent: this, protect: true, aliases: [{ name: "before" }] },
    );
    this.registerOutputs({ url: queue.url });
  }
}

describe("a recorded program", () => {
  it("has every resource with its parent, options and dependencies, and the stack's outputs", async () => {
    const graph = await recordProgram(async () => {
      const group = new Group("g");
      const topic = new aws.sns.Topic("t", {}, { dependsOn: [group], retainOnDelete: true, ignoreChanges: ["tags"] });
      new aws.ssm.Parameter("p", { type: "String", value: pulumi.secret(topic.arn) });
      return { arn: topic.arn };
    }, settings);
    const [group, queue, topic, parameter] = ["g", "g-queue", "t", "p"].map((name) => named(graph, name));
    assert.ok(group && queue && topic && parameter);
    assert.equal(group.custom, false);
    assert.equal(queue.urn, "urn:pulumi:stack::project::test:index:Group$aws:sqs/queue:Queue::g-queue");
    assert.equal(queue.parent, group.urn);
    assert.equal(queue.options.protect, true);
    assert.match(JSON.stringify(queue.options.aliases), /"before"/);
    assert.equal(group.outputs.url, queue.outputs.url);
    assert.deepEqual(topic.options.ignoreChanges, ["tags"]);
    assert.equal(topic.options.retainOnDelete, true);
    assert.deepEqual(topic.options.dependsOn, [queue.urn]);
    assert.deepEqual(parameter.options.secrets, ["value"]);
    assert.equal(parameter.inputs.value, topic.outputs.arn);
    assert.deepEqual(parameter.options.propertyDependencies.value, [topic.urn]);
    assert.deepEqual(graph.outputs, { arn: topic.outputs.arn });
    assert.match(String(topic.outputs.arn), /^arn:aws:sns:eu-west-1:000000000000:t-[0-9a-f]{7}$/);
  });

  it("has resources that are created inside apply, except in a preview, which does not know them", async () => {
    const program = () => {
      const queue = new aws.sqs.Queue("q");
      queue.arn.apply((arn) =>
        new aws.sqs.Queue("late", { tags: { arn } }).arn.apply(() => new aws.sqs.Queue("later")),
      );
    };
    const namesOf = async (preview: boolean) =>
      (await recordProgram(program, { ...settings, preview })).resources.slice(1).map(({ name }) => name);
    assert.deepEqual(await namesOf(false), ["q", "late", "later"]);
    assert.deepEqual(await namesOf(true), ["q"]);
  });

  it("knows in a preview what the program gave, and no value that AWS assigns", async () => {
    const graph = await recordProgram(
      () => {
        const queue = new aws.sqs.Queue("q", { delaySeconds: 5 });
        new aws.sqs.QueuePolicy("policy", {
          queueUrl: queue.url,
          policy: queue.arn.apply((arn) => JSON.stringify({ arn })),
        });
        return { arn: queue.arn, delay: queue.delaySeconds };
      },
      { ...settings, preview: true },
    );
    assert.deepEqual(named(graph, "policy").inputs, { queueUrl: unknown, policy: unknown });
    assert.deepEqual(graph.outputs, { arn: unknown, delay: 5 });
  });

  it("returns the account, the region and the partition of the program", async () => {
    const graph = await recordProgram(
      async () => ({
        account: (await aws.getCallerIdentity()).accountId,
        region: (await aws.getRegion()).region,
        partition: (await aws.getPartition()).partition,
      }),
      { config: { "aws:region": "cn-north-1" }, accountId: "123456789012" },
    );
    assert.deepEqual(graph.outputs, { account: "123456789012", region: "cn-north-1", partition: "aws-cn" });
  });

  for (const [what, program, says] of [
    [
      "two resources of one name",
      () => [new aws.sqs.Queue("q"), new aws.sqs.Queue("q")],
      /Duplicate resource URN 'urn:pulumi:stack::project::aws:sqs\/queue:Queue::q'; try giving it a unique name/,
    ],
    [
      "an error in an apply",
      () => {
        new aws.sqs.Queue("q").arn.apply(() => {
          throw new Error("in the apply");
        });
      },
      /in the apply/,
    ],
    [
      "a promise that nobody waits for",
      () => {
        void Promise.reject(new Error("forgotten"));
      },
      /forgotten/,
    ],
    [
      "a question that only AWS can answer",
      () => aws.ec2.getVpc({}),
      /The program invokes aws:ec2\/getVpc:getVpc, which cannot be answered without AWS; pass its result in as configuration/,
    ],
    [
      "a transform",
      () => new aws.sqs.Queue("q", {}, { transforms: [() => Promise.reject(new Error("no queues on Sundays"))] }),
      /A transform of "q" failed: .*no queues on Sundays/,
    ],
  ] as const) {
    it(`fails with the error of ${what}`, async () => {
      await assert.rejects(recordProgram(program, settings), says);
    });
  }

  it("applies the transforms of a resource, of the components around it, and of the stack", async () => {
    const adds =
      (word: string): pulumi.ResourceTransform =>
      ({ type, props, opts }) =>
        type === "aws:sqs/queue:Queue"
          ? {
              props: {
                ...props,
                tags: {
                  ...props.tags,
                  [word]: Object.keys(props.tags ?? {})
                    .sort()
                    .join(),
                },
              },
              opts,
            }
          : undefined;
    const protect: pulumi.ResourceTransform = ({ props, opts }) => ({ props, opts: { ...opts, protect: true } });
    const adopts: pulumi.ResourceTransform = ({ props, opts }) => ({ props, opts: { ...opts, import: "the-queue" } });
    const graph = await recordProgram(() => {
      pulumi.runtime.registerResourceTransform(adds("stack"));
      const group = new pulumi.ComponentResource("test:index:Group", "group", {}, { transforms: [adds("group")] });
      new aws.sqs.Queue("q", {}, { parent: group, transforms: [adds("own"), protect, adopts] });
      new aws.sqs.Queue("other");
    }, settings);
    const [q, other] = ["q", "other"].map((name) => graph.resources.find((each) => each.name === name));
    assert.deepEqual(q?.inputs.tags, { own: "", group: "own", stack: "group,own" });
    assert.deepEqual([q?.options.protect, q?.options.importId], [true, "the-queue"]);
    assert.deepEqual(other?.inputs.tags, { stack: "" });
    assert.equal(other?.options.protect, false);
  });

  it("returns existing resources with their own ARNs", async () => {
    const account = "123456789012";
    const url = `https://sqs.eu-central-1.amazonaws.com/${account}/legacy`;
    const topic = `arn:aws:sns:eu-west-1:${account}:news`;
    const graph = await recordProgram(
      () => ({
        queue: aws.sqs.Queue.get("queue", url).arn,
        topic: aws.sns.Topic.get("topic", topic).arn,
        table: aws.dynamodb.Table.get("table", "orders").arn,
        function: aws.lambda.Function.get("function", "resize").arn,
        role: aws.iam.Role.get("role", "deployer").arn,
        key: aws.kms.Key.get("key", "1234abcd-12ab-34cd-56ef-1234567890ab").arn,
        parameter: aws.ssm.Parameter.get("parameter", "/shop/key").arn,
      }),
      { ...settings, accountId: account },
    );
    assert.deepEqual(graph.outputs, {
      queue: `arn:aws:sqs:eu-central-1:${account}:legacy`,
      topic,
      table: `arn:aws:dynamodb:eu-west-1:${account}:table/orders`,
      function: `arn:aws:lambda:eu-west-1:${account}:function:resize`,
      role: `arn:aws:iam::${account}:role/deployer`,
      key: `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
      parameter: `arn:aws:ssm:eu-west-1:${account}:parameter/shop/key`,
    });
    assert.deepEqual(
      graph.resources.map(({ type }) => type),
      ["pulumi:pulumi:Stack"],
      "the program does not make them",
    );
  });

  it("resolves references to another stack to given values, and says how to give them", async () => {
    const program = () => ({ vpcId: new pulumi.StackReference("acme/network/prod").getOutput("vpcId") });
    const stackOutputs = { "acme/network/prod": { vpcId: "vpc-1" } };
    assert.deepEqual((await recordProgram(program, { stackOutputs })).outputs, { vpcId: "vpc-1" });
    await assert.rejects(
      recordProgram(program),
      /reads the outputs of the stack "acme\/network\/prod", which only the engine knows; give those that it needs with --stack-output acme\/network\/prod:<output>=<value>/,
    );
  });

  it("prints as a tree", async () => {
    const graph = await recordProgram(() => {
      new Group("first");
      new aws.sqs.Queue("last");
    }, settings);
    assert.equal(
      renderTree(graph),
      [
        "project (stack)",
        "Type                 Name",
        "pulumi:pulumi:Stack  project-stack",
        "├─ test:index:Group  first",
        "│  └─ aws:sqs:Queue  first-queue",
        "└─ aws:sqs:Queue     last",
        "",
      ].join("\n"),
    );
  });
});
