// Longer than 250 lines because all rules of the program are read from the same evaluations.
import { strict as assert } from "node:assert";
import type { Graph, GraphResource } from "@spillway/graph";
import { pipelineGraph } from "./support/pipeline-graph";

const unknown = "\u0000unknown";

const outputs = [
  "activityStreamName",
  "activityTableName",
  "apiUrl",
  "auditTableName",
  "deadLetters",
  "fulfilmentQueueUrl",
  "notificationsQueueUrl",
  "notificationsTableName",
  "orderEventsTopicArn",
  "ordersDeadLetterQueueUrl",
  "ordersQueueUrl",
  "ordersTableName",
  "stockTableName",
  "sweepQueueUrl",
];

const kinds = {
  activity: "stream",
  audit: "topic-consumer",
  fulfilment: "queue",
  notifications: "queue",
  "order-changes": "table",
  "order-events": "topic",
  orders: "queue",
  sweep: "queue",
  "sweep-hourly": "schedule",
};

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

const of = ({ resources }: Graph, type: string) => resources.filter((resource) => resource.type === type);
const statementsOf = ({ inputs }: GraphResource): readonly Statement[] => JSON.parse(String(inputs.policy)).Statement;

describe("the pipeline's program", () => {
  for (const preview of [false, true]) {
    describe(preview ? "in the first preview" : "after an update", () => {
      let graph: Graph;
      before(async () => {
        graph = await pipelineGraph({ preview });
      });

      it("has every resource", () => {
        const components = graph.resources
          .filter(({ custom, type }) => !custom && type.startsWith("spillway:"))
          .map(({ type, name }) => `${type.replace("spillway:index:", "")} ${name}`);
        const functions = ["activity", "audit", "fulfilment", "notifications", "order-changes", "orders", "sweep"];
        assert.deepEqual(
          components.sort(),
          [
            ...functions.map((name) => `CallbackFunction ${name}`),
            ...Object.keys(kinds).map((name) => `DeadLetterQueue ${name}-dead-letters`),
            ...["activity", "audit", "notifications", "orders", "stock"].map((name) => `Table ${name}`),
            "HttpIngress api",
            "QueueConsumer fulfilment",
            "QueueConsumer notifications",
            "QueueConsumer orders",
            "QueueConsumer sweep",
            "Schedule sweep-hourly",
            "StreamConsumer activity",
            "TableConsumer order-changes",
            "Topic order-events",
            "TopicConsumer audit",
          ].sort(),
        );
        assert.equal(graph.resources.length, 132);
      });

      it("exports the outputs that its users rely on", () => {
        assert.deepEqual(Object.keys(graph.outputs).sort(), outputs);
        const { deadLetters, ...texts } = graph.outputs;
        const letters = deadLetters as Readonly<Record<string, { kind: string; url: string; sourceArn: string }>>;
        assert.deepEqual(Object.fromEntries(Object.entries(letters).map(([name, { kind }]) => [name, kind])), kinds);
        const addresses = Object.values(letters).flatMap(({ url, sourceArn }) => [url, sourceArn]);
        const values = [...Object.values(texts), ...addresses];
        if (preview) {
          assert.deepEqual(new Set(values), new Set([unknown]));
          return;
        }
        assert.ok(values.every((value) => typeof value === "string" && value.length > 0 && value !== unknown));
        assert.match(String(texts.ordersTableName), /^spillway-dev-orders-[0-9a-f]{7}$/);
      });
    });
  }

  describe("follows the project's rules", () => {
    let graph: Graph;
    before(async () => {
      const alarmTopic = "arn:aws:sns:eu-west-1:123456789012:alarms";
      graph = await pipelineGraph({ config: { alarmTopic, deletionProtection: "true" } });
    });

    it("gives each function its own role, with named actions on named resources", () => {
      const functions = of(graph, "aws:lambda/function:Function");
      const roles = functions.map(({ inputs }) => inputs.role);
      assert.equal(new Set(roles).size, functions.length);
      assert.equal(of(graph, "aws:iam/rolePolicyAttachment:RolePolicyAttachment").length, 0);
      const wide: string[] = [];
      for (const policy of of(graph, "aws:iam/rolePolicy:RolePolicy")) {
        for (const { Effect, Action, Resource } of statementsOf(policy)) {
          assert.equal(Effect, "Allow");
          const actions = [Action].flat();
          assert.deepEqual(
            actions.filter((action) => action.includes("*")),
            [],
            policy.name,
          );
          if ([Resource].flat().includes("*")) wide.push(...actions);
          // Within a resource only the log's own streams, which Lambda names.
          const within = [Resource].flat().filter((arn) => arn !== "*" && arn.includes("*"));
          for (const arn of within) assert.match(arn, /:log-group:[^:*]+:\*$/, policy.name);
        }
      }
      // What knows no resource.
      const expected = ["dynamodb:ListStreams", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];
      assert.deepEqual([...new Set(wide)].sort(), expected);
    });

    it("grants a table's callback only the actions on each table that it requests", () => {
      const policyOf = (name: string) =>
        of(graph, "aws:iam/rolePolicy:RolePolicy")
          .filter((policy) => policy.name === name)
          .flatMap(statementsOf);
      const audit = of(graph, "aws:dynamodb/table:Table").find(({ name }) => name === "audit")?.outputs.arn;
      const touching = (name: string) =>
        policyOf(name).filter(({ Resource }) => [Resource].flat().some((arn) => String(arn).startsWith(String(audit))));
      assert.ok(touching("audit").length > 0);
      for (const name of ["orders", "fulfilment", "notifications", "activity", "sweep", "order-changes"]) {
        assert.deepEqual(touching(name), [], name);
      }
    });

    it("grants each callback the actions on tables that it uses, and no more", () => {
      const tables = of(graph, "aws:dynamodb/table:Table");
      const granted = of(graph, "aws:iam/rolePolicy:RolePolicy").flatMap((policy) =>
        statementsOf(policy).flatMap(({ Action, Resource }) =>
          [Action].flat().flatMap((action) => {
            const table = tables.find(({ outputs }) => [Resource].flat().includes(String(outputs.arn)));
            return table === undefined ? [] : [`${policy.name}: ${action} on ${table.name}`];
          }),
        ),
      );
      assert.deepEqual(granted.sort(), [
        "activity: dynamodb:UpdateItem on activity",
        "audit: dynamodb:PutItem on audit",
        "fulfilment: dynamodb:GetItem on orders",
        "fulfilment: dynamodb:UpdateItem on orders",
        "fulfilment: dynamodb:UpdateItem on stock",
        "notifications: dynamodb:PutItem on notifications",
        "orders: dynamodb:PutItem on orders",
        "sweep: dynamodb:Query on orders",
        "sweep: dynamodb:UpdateItem on orders",
      ]);
    });

    it("has one policy for each queue, which denies requests without TLS and admits named sources only", () => {
      const queues = of(graph, "aws:sqs/queue:Queue");
      const policies = of(graph, "aws:sqs/queuePolicy:QueuePolicy");
      assert.deepEqual(
        policies.map(({ inputs }) => inputs.queueUrl).sort(),
        queues.map(({ outputs }) => outputs.url).sort(),
      );
      for (const policy of policies) {
        const [deny, ...others] = statementsOf(policy);
        assert.deepEqual(
          [deny?.Effect, deny?.Principal, deny?.Action, deny?.Condition],
          ["Deny", "*", "sqs:*", { Bool: { "aws:SecureTransport": "false" } }],
        );
        for (const { Principal, Action, Condition } of others) {
          assert.ok(typeof Principal === "object", policy.name);
          assert.equal(Action, "sqs:SendMessage");
          assert.match(JSON.stringify(Condition), /"aws:SourceArn":"arn:aws:[^*]+"/);
        }
      }
    });

    it("encrypts every queue, topic and stream, and keeps dead letters for 14 days", () => {
      for (const { name, inputs } of of(graph, "aws:sqs/queue:Queue")) {
        assert.equal(inputs.sqsManagedSseEnabled, true, name);
        if (name.endsWith("-dead-letters")) assert.equal(inputs.messageRetentionSeconds, 1_209_600, name);
        else assert.match(String(inputs.redrivePolicy), /"deadLetterTargetArn":"arn:aws:sqs:.*-dead-letters-/, name);
      }
      for (const { inputs } of of(graph, "aws:sns/topic:Topic")) assert.equal(inputs.kmsMasterKeyId, "alias/aws/sns");
      for (const { inputs } of of(graph, "aws:kinesis/stream:Stream")) {
        assert.deepEqual(
          [inputs.encryptionType, inputs.kmsKeyId, inputs.retentionPeriod],
          ["KMS", "alias/aws/kinesis", 168],
        );
      }
    });

    it("has an alarm with dimensions and actions for each dead-letter queue", () => {
      const queues = of(graph, "aws:sqs/queue:Queue").filter(({ name }) => name.endsWith("-dead-letters"));
      const alarms = of(graph, "aws:cloudwatch/metricAlarm:MetricAlarm");
      assert.deepEqual(
        alarms.map(({ inputs }) => (inputs.dimensions as { QueueName: string }).QueueName).sort(),
        queues.map(({ outputs }) => outputs.name).sort(),
      );
      for (const { name, inputs } of alarms) {
        assert.deepEqual(inputs.alarmActions, ["arn:aws:sns:eu-west-1:123456789012:alarms"], name);
      }
    });

    it("gives every subscription and every mapping of a stream a destination for failures", () => {
      const subscriptions = of(graph, "aws:sns/topicSubscription:TopicSubscription");
      assert.equal(subscriptions.length, 3);
      for (const { inputs } of subscriptions) assert.match(String(inputs.redrivePolicy), /-dead-letters-/);
      const mappings = of(graph, "aws:lambda/eventSourceMapping:EventSourceMapping");
      assert.equal(mappings.length, 6);
      for (const { name, inputs } of mappings) {
        assert.deepEqual(inputs.functionResponseTypes, ["ReportBatchItemFailures"], name);
        const failures = JSON.stringify(inputs.destinationConfig ?? {});
        const isQueue = String(inputs.eventSourceArn).includes(":sqs:");
        assert.equal(isQueue, !failures.includes(`${name}-dead-letters-`), name);
      }
    });

    it("names the keys of the orders' index in keySchemas, because hashKey and rangeKey are deprecated", () => {
      const [index, ...others] = of(graph, "aws:dynamodb/table:Table").flatMap(
        ({ inputs }) => (inputs.globalSecondaryIndexes ?? []) as object[],
      );
      assert.deepEqual(others, []);
      assert.deepEqual(index, {
        name: "by-status",
        keySchemas: [
          { attributeName: "status", keyType: "HASH" },
          { attributeName: "createdAt", keyType: "RANGE" },
        ],
        projectionType: "KEYS_ONLY",
      });
    });

    it("enables point-in-time recovery and deletion protection of tables", () => {
      const tables = of(graph, "aws:dynamodb/table:Table");
      assert.deepEqual(tables.map(({ name }) => name).sort(), [
        "activity",
        "audit",
        "notifications",
        "orders",
        "stock",
      ]);
      for (const { inputs } of tables) {
        assert.deepEqual(
          [inputs.billingMode, inputs.pointInTimeRecovery, inputs.deletionProtectionEnabled],
          ["PAY_PER_REQUEST", { enabled: true }, true],
        );
      }
    });
  });
});
