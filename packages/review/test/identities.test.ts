import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { QueueConsumer, Topic } from "spillway";
import { type NoteEvent, onAny } from "../../../test/support/callbacks";
import { textOf, warningsOf } from "./support/review";

const topic = () => new aws.sns.Topic("events");
const subscription = (name: string, opts: pulumi.CustomResourceOptions = {}) => {
  const queue = new aws.sqs.Queue("jobs", { sqsManagedSseEnabled: true });
  new aws.sns.TopicSubscription(name, { topic: topic().arn, protocol: "sqs", endpoint: queue.arn }, opts);
};

describe("a review of resources that are the same one on AWS", () => {
  it("reports that a subscription is deleted with the one that is created, and how to keep it", async () => {
    const programs = [() => subscription("events-jobs"), () => subscription("events-to-jobs")] as const;
    assert.deepEqual(await warningsOf(...programs), [
      "`events-to-jobs topic subscription` is created and `events-jobs topic subscription` deleted, and both are " +
        "one on AWS (the same `topic`, `protocol`, `endpoint`). Pulumi creates first and then deletes it, so that " +
        "**none is left**, and the deployment says nothing. If it was renamed or moved, `aliases: [{ name: " +
        '"events-jobs" }]` on `events-to-jobs topic subscription` keeps it.',
    ]);
    assert.match(await textOf(...programs), /> \[!CAUTION\]\n> \*\*Created and deleted at once\*\*/);
  });

  it("reports nothing about one that an alias keeps, or that is retained on AWS", async () => {
    const kept = () => subscription("events-to-jobs", { aliases: [{ name: "events-jobs" }] });
    assert.deepEqual(await warningsOf(() => subscription("events-jobs"), kept), []);
    const stays = () => subscription("events-jobs", { retainOnDelete: true });
    assert.deepEqual(await warningsOf(stays, () => subscription("events-to-jobs")), []);
  });

  const subscribed = (name: string, opts: pulumi.ComponentResourceOptions) => () => {
    const events = new Topic<NoteEvent>("events");
    events.subscribe(new QueueConsumer(name, { callback: onAny }, opts));
  };

  it("reports nothing about a renamed consumer that an alias keeps, although a topic has its name", async () => {
    const text = await textOf(subscribed("jobs", {}), subscribed("work", { aliases: [{ name: "jobs" }] }));
    assert.doesNotMatch(text, /CAUTION|WARNING|replace|### (Added|Removed|Permissions)/);
    assert.match(text, /- `events-work topic subscription`, was `events-jobs topic subscription`/);
  });

  it("reports that the subscription of a consumer does not follow an alias that a transform adds, and what to do", async () => {
    const rename: pulumi.ResourceTransform = ({ type, props, opts }) =>
      type === "spillway:index:QueueConsumer"
        ? { props, opts: pulumi.mergeOptions(opts, { aliases: [{ name: "jobs" }] }) }
        : undefined;
    const withTopic = () => {
      const events = new Topic<NoteEvent>("notes", {}, { aliases: [{ name: "events" }] });
      events.subscribe(new QueueConsumer("work", { callback: onAny }, { transforms: [rename] }));
    };
    const [both = ""] = await warningsOf(subscribed("jobs", {}), withTopic);
    assert.match(both, /^`notes-work topic subscription` .* pass `aliases: \[{ name: "jobs" }\]` to that component/);
    for (const renamed of [
      subscribed("work", { transforms: [rename] }),
      () => {
        pulumi.runtime.registerResourceTransform(rename);
        subscribed("work", {})();
      },
    ]) {
      assert.deepEqual(await warningsOf(subscribed("jobs", {}), renamed), [
        "`events-work topic subscription` is created and `events-jobs topic subscription` deleted, and both are one " +
          "on AWS (the same `topic`, `protocol`, `endpoint`). Pulumi creates first and then deletes it, so that " +
          "**none is left**, and the deployment says nothing. It is named after `work queue consumer`, and Pulumi " +
          'applies an alias that a transform adds too late for it: pass `aliases: [{ name: "jobs" }]` to that ' +
          "component as an option.",
      ]);
    }
  });

  it("says to give the alias to a subscription of the program itself, although it is named after such a consumer", async () => {
    const program = (name: string, opts: pulumi.ComponentResourceOptions) => () => {
      const { queueArn } = new QueueConsumer(name, { callback: onAny }, opts);
      new aws.sns.TopicSubscription(`events-${name}`, { topic: topic().arn, protocol: "sqs", endpoint: queueArn });
    };
    const [warning = "", ...others] = await warningsOf(
      program("jobs", {}),
      program("work", { aliases: [{ name: "jobs" }] }),
    );
    assert.match(warning, /`aliases: \[{ name: "events-jobs" }\]` on `events-work topic subscription` keeps it\.$/);
    assert.deepEqual(others, []);
  });

  it("reports that a resource moved into a component without an alias is the former resource", async () => {
    const policy = (name: string, opts: pulumi.CustomResourceOptions = {}) =>
      new aws.sns.TopicPolicy(name, { arn: topic().arn, policy: "{}" }, opts);
    const parent = (name: string) => new aws.sqs.Queue(name, { sqsManagedSseEnabled: true });
    const warnings = await warningsOf(
      () => [parent("p"), policy("own")],
      () => policy("own", { parent: parent("p") }),
    );
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      /`aliases: \["urn:pulumi:stack::project::aws:sns\/topicPolicy:TopicPolicy::own"\]` on `own topic policy` keeps it\.$/,
    );
  });

  it("reports that AWS refuses a mapping as long as the former one exists", async () => {
    const mapping = (name: string) => {
      const source = new aws.sqs.Queue("jobs", { sqsManagedSseEnabled: true });
      new aws.lambda.EventSourceMapping(name, { eventSourceArn: source.arn, functionName: "work" });
    };
    assert.deepEqual(
      await warningsOf(
        () => mapping("a"),
        () => mapping("b"),
      ),
      [
        "`b event source mapping` is created and `a event source mapping` deleted, and both are one on AWS (the " +
          "same `eventSourceArn`, `functionName`). AWS refuses to create it while the former exists, and **the " +
          'deployment fails**. If it was renamed or moved, `aliases: [{ name: "a" }]` on `b event source mapping` ' +
          "keeps it.",
      ],
    );
  });

  it("reports that two policies of a queue are the same one, and that AWS refuses a second log group of a name", async () => {
    const both = () => {
      const queue = new aws.sqs.Queue("jobs", { sqsManagedSseEnabled: true });
      for (const name of ["a", "b"]) {
        new aws.sqs.QueuePolicy(name, { queueUrl: queue.url, policy: "{}" });
        new aws.cloudwatch.LogGroup(name, { name: "logs" });
        // Nothing given: AWS makes up a name for each.
        new aws.iam.Role(name, { assumeRolePolicy: "{}" });
      }
    };
    const warnings = await warningsOf(() => {}, both);
    assert.deepEqual([...warnings].sort().reverse(), [
      "`a queue policy` and `b queue policy` are one on AWS (the same `queueUrl`). They have the settings of the " +
        "last one, and removing one removes both. Leave one out.",
      "`a log group` and `b log group` are one on AWS (the same `name`). AWS refuses the second, and **the " +
        "deployment fails**. Leave one out.",
    ]);
    assert.match(await textOf(() => {}, both), /> \[!WARNING\]\n> \*\*Two in the program, one on AWS\*\*/);
  });

  it("treats resources of another provider as different ones", async () => {
    const regions = () => {
      const provider = new aws.Provider("elsewhere", { region: "eu-central-1" });
      new aws.cloudwatch.LogGroup("a", { name: "logs" });
      new aws.cloudwatch.LogGroup("b", { name: "logs" }, { provider });
      new aws.cloudwatch.LogGroup("c", { name: "logs", region: "us-east-1" });
    };
    assert.deepEqual(await warningsOf(() => {}, regions), []);
  });
});
