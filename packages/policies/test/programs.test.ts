// The policies on our own program, of which one property is taken away at a time.
import * as assert from "node:assert/strict";
import * as path from "node:path";
import type { Graph, GraphResource, Value } from "@spillway/graph";
import { evaluateProgram } from "@spillway/graph";
import { findingsOf } from "../../../test/support/internals";
import { pipelineGraph } from "../../../test/support/pipeline-graph";

const mandatory = (graph: Graph) =>
  findingsOf(graph)
    .filter(({ level }) => level === "mandatory")
    .map(({ policy, message }) => `${policy}: ${message}`);

describe("the policies on the program", () => {
  it("find no mandatory violation in a topic without subscriptions", async () => {
    const example = path.join(__dirname, "..", "..", "..", "docs", "examples", "bindings.ts");
    assert.deepEqual(mandatory(await evaluateProgram({ program: example, stack: "dev" })), []);
  });

  describe("when one property is removed", () => {
    let deployed: Graph;
    before(async () => {
      deployed = await pipelineGraph();
    });

    /** The same graph, one resource of it changed as somebody might. */
    const changed = (type: string, name: string, properties: Readonly<Record<string, Value>>): Graph => {
      const isIt = (one: GraphResource) => one.type === type && one.name === name;
      assert.equal(deployed.resources.filter(isIt).length, 1, `${type} ${name}`);
      return {
        ...deployed,
        resources: deployed.resources.map((one) =>
          isIt(one)
            ? { ...one, inputs: { ...one.inputs, ...properties }, outputs: { ...one.outputs, ...properties } }
            : one,
        ),
      };
    };
    const changes: readonly (readonly [string, string, string, Readonly<Record<string, Value>>])[] = [
      ["queue-encrypted", "aws:sqs/queue:Queue", "orders", { sqsManagedSseEnabled: false }],
      ["queue-has-dead-letters", "aws:sqs/queue:Queue", "orders", { redrivePolicy: null }],
      ["queue-tls-only", "aws:sqs/queuePolicy:QueuePolicy", "orders", { policy: '{"Statement":[]}' }],
      [
        "dead-letter-queue-has-alarm",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "orders-dead-letters",
        { dimensions: {} },
      ],
      ["queue-visibility-covers-timeout", "aws:lambda/function:Function", "orders", { timeout: 900 }],
      [
        "subscription-has-dead-letters",
        "aws:sns/topicSubscription:TopicSubscription",
        "order-events-fulfilment",
        { redrivePolicy: null },
      ],
      [
        "event-source-mapping-has-dead-letters",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "activity",
        { destinationConfig: null },
      ],
      [
        "async-function-has-dead-letters",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "audit",
        { destinationConfig: null },
      ],
      ["target-has-dead-letters", "aws:scheduler/schedule:Schedule", "sweep-hourly", { target: {} }],
      ["function-permission-has-source", "aws:lambda/permission:Permission", "audit", { sourceArn: null }],
      ["topic-encrypted", "aws:sns/topic:Topic", "order-events", { kmsMasterKeyId: null }],
      ["stream-encrypted", "aws:kinesis/stream:Stream", "activity", { encryptionType: "NONE" }],
      ["table-recovers", "aws:dynamodb/table:Table", "orders", { pointInTimeRecovery: { enabled: false } }],
      [
        "iam-no-wildcard-action",
        "aws:iam/rolePolicy:RolePolicy",
        "orders",
        { policy: { Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "arn:aws:sqs:eu-west-1:1:orders" }] } },
      ],
    ];
    for (const [policy, type, name, properties] of changes) {
      it(`${policy} reports it: ${name}, ${JSON.stringify(properties)}`, () => {
        const broken = mandatory(changed(type, name, properties));
        assert.ok(
          broken.some((message) => message.startsWith(`${policy}: `)),
          broken.join("\n"),
        );
      });
    }
  });
});
