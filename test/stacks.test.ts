import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import type { Graph } from "@spillway/graph";
import { matchFormer } from "@spillway/graph/read/aliases";
import { documentOf, methodsOf } from "@spillway/graph/read/open-api";
import { QueueConsumer, Table } from "spillway";
import { knownKeys } from "../packages/local/iam/context";
import { note } from "./support/callbacks";
import { Recorded } from "./support/component-graph";
import { evaluateHere } from "./support/evaluate-here";
import { findingsOf } from "./support/internals";
import { pipelineGraph, pipelineProgram } from "./support/pipeline-graph";

const holdsData = /^aws:(sqs\/queue|dynamodb\/table|kinesis\/stream|kms\/key):/;
const of = ({ resources }: Graph, type: string) => resources.filter((resource) => resource.type === type);

describe("the stacks", () => {
  it("keep the key, and the permission to decrypt with it, while moving from the stack's key back to AWS's own", async () => {
    const at = (encryption: string) => pipelineGraph({ stack: "prod", config: { encryption } });
    const [before, between] = [await at("customer"), await at("aws-keeping-key")];
    const keyIn = (graph: Graph) => of(graph, "aws:kms/key:Key").find(({ name }) => name === "data");
    assert.equal(keyIn(between)?.urn, keyIn(before)?.urn);
    assert.deepEqual(keyIn(between)?.inputs, keyIn(before)?.inputs);
    assert.equal(keyIn(between)?.inputs.deletionWindowInDays, 30);
    for (const { name, inputs } of of(between, "aws:sqs/queue:Queue")) {
      assert.deepEqual([inputs.kmsMasterKeyId, inputs.sqsManagedSseEnabled], [undefined, true], name);
    }
    for (const { name, inputs } of of(between, "aws:dynamodb/table:Table")) {
      assert.equal(inputs.serverSideEncryption, undefined, name);
    }
    for (const { name, inputs } of of(between, "aws:lambda/function:Function")) {
      const policies = of(between, "aws:iam/rolePolicy:RolePolicy").filter(
        (policy) =>
          of(between, "aws:iam/role:Role").find(({ outputs }) => outputs.arn === inputs.role)?.id ===
          policy.inputs.role,
      );
      const mayDecrypt = policies.some(({ inputs: { policy } }) =>
        (JSON.parse(String(policy)).Statement as { Action: string[]; Resource: string[] }[]).some(
          ({ Action, Resource }) => Action.join() === "kms:Decrypt" && Resource.join() === keyIn(between)?.outputs.arn,
        ),
      );
      assert.ok(mayDecrypt, name);
    }
    assert.equal(keyIn(await at("aws")), undefined);
  });

  it("have no condition in a role's policy that the local run could not evaluate", async () => {
    const graph = await pipelineGraph({ stack: "prod", config: { network: "true" } });
    const keys = of(graph, "aws:iam/rolePolicy:RolePolicy").flatMap(({ inputs }) =>
      (JSON.parse(String(inputs.policy)).Statement as { Condition?: Record<string, object> }[]).flatMap(
        ({ Condition = {} }) => Object.values(Condition).flatMap((values) => Object.keys(values)),
      ),
    );
    assert.ok(keys.includes("kms:ViaService") && keys.includes("lambda:SourceFunctionArn"), keys.join());
    assert.deepEqual(
      keys.filter((key) => !knownKeys.has(key.toLowerCase())),
      [],
    );
  });

  it("can be destroyed on purpose: without deletionProtection nothing is protected, and nothing else changes", async () => {
    const off = await pipelineGraph({ stack: "prod", config: { deletionProtection: "false" } });
    const on = await pipelineGraph({ stack: "prod" });
    for (const { type, name, options, inputs } of off.resources) {
      assert.equal(options.protect, false, `${type} ${name}`);
      assert.notEqual(inputs.deletionProtectionEnabled, true, `${type} ${name}`);
    }
    const without = ({ resources }: Graph) =>
      resources.map(({ urn, inputs: { deletionProtectionEnabled: _, ...inputs } }) => [urn, inputs]).sort();
    assert.deepEqual(without(off), without(on));
  });

  describe("in production", () => {
    let graph: Graph;
    before(async () => {
      graph = await pipelineGraph({ stack: "prod" });
    });

    it("protects resources that hold data, and no others", () => {
      for (const { type, name, options } of graph.resources) {
        assert.equal(options.protect, holdsData.test(type), `${type} ${name}`);
      }
      for (const { inputs } of of(graph, "aws:dynamodb/table:Table"))
        assert.equal(inputs.deletionProtectionEnabled, true);
    });

    it("encrypts all stored data with the stack's one key", () => {
      const [key, ...others] = of(graph, "aws:kms/key:Key");
      assert.deepEqual(others, []);
      assert.equal(key?.inputs.enableKeyRotation, true);
      const arn = key?.outputs.arn;
      const used = (type: string, property: string) =>
        of(graph, type).map(({ name, inputs }) => assert.equal(inputs[property], arn, `${type} ${name}`));
      assert.equal(used("aws:sqs/queue:Queue", "kmsMasterKeyId").length, 13);
      assert.equal(used("aws:sns/topic:Topic", "kmsMasterKeyId").length, 2);
      assert.equal(used("aws:kinesis/stream:Stream", "kmsKeyId").length, 1);
      assert.equal(used("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId").length, 8);
      assert.equal(used("aws:scheduler/schedule:Schedule", "kmsKeyArn").length, 1);
      for (const { name, inputs } of of(graph, "aws:dynamodb/table:Table")) {
        assert.deepEqual(inputs.serverSideEncryption, { enabled: true, kmsKeyArn: arn }, name);
      }
    });

    it("keeps logs for a year, requires signed requests, and sends every alarm to the alarm topic", () => {
      for (const { inputs } of of(graph, "aws:cloudwatch/logGroup:LogGroup")) assert.equal(inputs.retentionInDays, 365);
      const routes = of(graph, "aws:apigateway/restApi:RestApi").flatMap(({ inputs }) =>
        methodsOf(documentOf(inputs.body)),
      );
      assert.deepEqual(
        routes.map(({ path, authorization }) => [path, authorization]),
        [["/orders", "AWS_IAM"]],
      );
      const topic = of(graph, "aws:sns/topic:Topic").find(({ name }) => name.startsWith("alarms"))?.outputs.arn;
      const alarms = of(graph, "aws:cloudwatch/metricAlarm:MetricAlarm");
      assert.ok(alarms.length > 40, `${alarms.length} alarms`);
      for (const { name, inputs } of alarms) {
        assert.deepEqual([inputs.alarmActions, inputs.okActions], [[topic], [topic]], name);
      }
    });

    it("has no log group that the stack does not manage: of the endpoint, the access log alone is on", () => {
      const [methods, ...others] = of(graph, "aws:apigateway/methodSettings:MethodSettings");
      const { loggingLevel, dataTraceEnabled } = (methods?.inputs.settings ?? {}) as Record<string, unknown>;
      assert.deepEqual([loggingLevel, dataTraceEnabled, others], ["OFF", false, []]);
      const [{ inputs } = assert.fail("no stage")] = of(graph, "aws:apigateway/stage:Stage");
      const { destinationArn } = inputs.accessLogSettings as { readonly destinationArn: string };
      const groups = of(graph, "aws:cloudwatch/logGroup:LogGroup").map(({ outputs }) => outputs.arn);
      assert.ok(groups.includes(destinationArn), destinationArn);
    });

    it("says until an address is given that nobody receives the alarms: in the update, and by the policy pack", async () => {
      const saidWith = async (config: Readonly<Record<string, string>>) => {
        const warnings: string[] = [];
        const { warn } = pulumi.log;
        Object.assign(pulumi.log, { warn: (message: string) => void warnings.push(message) });
        try {
          const evaluated = await evaluateHere({ program: pipelineProgram, stack: "prod", config });
          const findings = findingsOf(evaluated).filter(({ policy }) => policy === "alarm-topic-has-subscriber");
          return [warnings.filter((text) => text.includes("nobody is notified of an alarm")).length, findings.length];
        } finally {
          Object.assign(pulumi.log, { warn });
        }
      };
      assert.deepEqual(await saidWith({}), [1, 1]);
      assert.deepEqual(await saidWith({ alarmEmails: '["on-call@example.com"]' }), [0, 0]);
    });
  });
});

describe("renaming with an alias", () => {
  const consumer = (name: string, former?: string) =>
    Recorded.of(() => {
      const aliases = former === undefined ? {} : { aliases: [{ name: former }] };
      new QueueConsumer(name, { callback: note }, aliases);
      new Table(
        `${name}-items`,
        { hashKey: "id" },
        former === undefined ? {} : { aliases: [{ name: `${former}-items` }] },
      );
    });

  it("keeps the queue, its dead letters, the function and the table", async () => {
    const [before, after] = [(await consumer("orders")).graph, (await consumer("purchases", "orders")).graph];
    const former = matchFormer(after, before);
    for (const { urn, type } of after.resources) assert.ok(former.has(urn), `${type} ${urn}`);
    assert.equal(former.size, before.resources.length);
  });

  it("is necessary: without one they are new resources", async () => {
    const [before, after] = [(await consumer("orders")).graph, (await consumer("purchases")).graph];
    const former = matchFormer(after, before);
    for (const { urn, type } of after.resources) if (holdsData.test(type)) assert.equal(former.has(urn), false, urn);
  });
});
