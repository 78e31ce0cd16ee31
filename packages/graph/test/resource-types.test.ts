// The table of resource types has an entry for each type that the program and the tests of the components register.
import { strict as assert } from "node:assert";
import { globSync, readFileSync } from "node:fs";
import * as path from "node:path";
import * as aws from "@pulumi/aws";
import { pipelineGraph } from "../../../test/support/pipeline-graph";
import { deadLetterArn, namedBy, resourceTypes } from "../resource-types";

const root = path.join(__dirname, "..", "..", "..");

/** The type token of the resources that `new aws.<module>.<name>(…)`, or `new <module>.<name>(…)`, makes. */
function typeOf(module: string, name: string): string | undefined {
  const classes: unknown = Reflect.get(aws, module);
  const made: unknown = typeof classes === "object" && classes !== null ? Reflect.get(classes, name) : undefined;
  return typeof made === "function" && "__pulumiType" in made ? String(made.__pulumiType) : undefined;
}

function typesMadeIn(...patterns: readonly string[]): ReadonlySet<string> {
  const texts = patterns.flatMap((pattern) =>
    globSync(pattern, { cwd: root }).map((file) => readFileSync(path.join(root, file), "utf8")),
  );
  const made = texts.flatMap((text) => [...text.matchAll(/\bnew (?:aws\.)?(\w+)\.(\w+)\(/g)]);
  return new Set(made.flatMap(([, module = "", name = ""]) => typeOf(module, name) ?? []));
}

const withoutEntry = (types: Iterable<string>) =>
  [...types].filter((type) => type.startsWith("aws:") && resourceTypes[type] === undefined);

describe("the table of resource types", () => {
  it("has an entry for each type that the components and their tests create", () => {
    const types = typesMadeIn(
      "components/**/*.ts",
      "test/**/*.ts",
      "packages/graph/test/*.ts",
      "config/*.ts",
      "index.ts",
    );
    // A class of @pulumi/aws that is imported by its own name would not be found.
    for (const type of [
      "sqs/queue:Queue",
      "ec2/flowLog:FlowLog",
      "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    ])
      assert.ok(types.has(`aws:${type}`), type);
    assert.deepEqual(withoutEntry(types), []);
  });

  for (const stack of ["dev", "prod"]) {
    it(`has an entry for each type in the program's stack ${stack}`, async () => {
      const config = { network: "true", encryption: "customer", alarms: "all", alarmTopic: "create" };
      const { resources } = await pipelineGraph({ stack, config });
      assert.deepEqual(withoutEntry(new Set(resources.map(({ type }) => type))), []);
    });
  }

  it("names types as the provider does", () => {
    const unknown = Object.keys(resourceTypes).filter((type) => {
      const [, module = "", name = ""] = /^aws:(\w+)\/\w+:(\w+)$/.exec(type) ?? [];
      return typeOf(module, name) !== type;
    });
    assert.deepEqual(unknown, []);
  });
});

describe("the destination of a resource's dead letters", () => {
  const arn = "arn:aws:sqs:eu-west-1:000000000000:given-up";
  const onFailure = { destinationArn: arn, destination: arn };
  const redrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 5 });
  const named = [
    ["aws:sqs/queue:Queue", { redrivePolicy }],
    ["aws:sqs/redrivePolicy:RedrivePolicy", { redrivePolicy }],
    ["aws:sns/topicSubscription:TopicSubscription", { redrivePolicy }],
    ["aws:lambda/function:Function", { deadLetterConfig: { targetArn: arn } }],
    ["aws:lambda/eventSourceMapping:EventSourceMapping", { destinationConfig: { onFailure } }],
    [
      "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
      { destinationConfig: { onFailure: [onFailure] } },
    ],
    ["aws:cloudwatch/eventTarget:EventTarget", { deadLetterConfig: { arn } }],
    ["aws:cloudwatch/eventBus:EventBus", { deadLetterConfig: { arn } }],
    ["aws:scheduler/schedule:Schedule", { target: { deadLetterConfig: { arn } } }],
  ] as const;
  for (const [type, inputs] of named) {
    it(`is known for ${type}`, () => {
      assert.equal(deadLetterArn({ type, inputs }), arn);
      assert.equal(deadLetterArn({ type, inputs: {} }), undefined);
    });
  }

  it("is known for every type in the table with dead letters", () => {
    const types = Object.entries(resourceTypes).flatMap(([type, { deadLetters }]) => (deadLetters ? [type] : []));
    assert.deepEqual(types.sort(), named.map(([type]) => type as string).sort());
  });

  it("is unknown where the policy is not JSON", () =>
    assert.equal(deadLetterArn({ type: "aws:sqs/queue:Queue", inputs: { redrivePolicy: "{" } }), undefined));
});

describe("what a resource refers to", () => {
  it("is its source, its target and its role", () => {
    const target = { arn: "arn:to", roleArn: "arn:role" };
    const schedule = { type: "aws:scheduler/schedule:Schedule", inputs: { target } };
    assert.deepEqual([namedBy(schedule, "target"), namedBy(schedule, "role")], ["arn:to", "arn:role"]);
    const mapping = {
      type: "aws:lambda/eventSourceMapping:EventSourceMapping",
      inputs: { eventSourceArn: "arn:from", functionName: "to" },
    };
    assert.deepEqual([namedBy(mapping, "source"), namedBy(mapping, "target")], ["arn:from", "to"]);
    assert.equal(namedBy(mapping, "role"), undefined);
  });
});
