// What a reader expects of each program of docs/examples/: values that they would notice.
// Programs of the guides have theirs in a file for each part, which this table takes in.
import { strict as assert } from "node:assert";
import { bodySchemaOf, documentOf, membersOf, methodsOf } from "@spillway/graph/read/open-api";
import { children } from "./docs-promises-children";
import { guides } from "./docs-promises-guides";
import { patterns } from "./docs-promises-patterns";
import { testing } from "./docs-promises-testing";
import { type Example, statementsOf } from "./example-program";

export const promises: Readonly<Record<string, (example: Example) => void>> = {
  ...children,
  ...guides,
  ...patterns,
  ...testing,

  "network.ts": (example) => {
    const services = example.all("VpcEndpoint").map(({ name }) => name.replace("network-", ""));
    assert.deepEqual(services.sort(), ["dynamodb", "s3", "sns", "sqs"]);
    for (const { inputs } of example.all("Function")) assert.notEqual(inputs.vpcConfig, undefined);
    const waits = (consumer: string) =>
      example.all("VpcEndpoint").filter(({ urn }) => example.the("Function", consumer).options.dependsOn.includes(urn));
    assert.deepEqual(
      waits("orders").map(({ name }) => name),
      ["network-dynamodb", "network-s3", "network-sqs"],
    );
    assert.ok(waits("order-changes").some(({ name }) => name === "network-sns"));
  },

  "nodes.ts": (example) => {
    const { inputs } = example.the("RolePolicyAttachment", "orders-insights");
    assert.equal(inputs.role, example.output("Role", "orders", "name"));
  },

  "queue-consumer.ts": (example) => {
    const { inputs } = example.the("EventSourceMapping", "orders");
    assert.equal(inputs.eventSourceArn, example.arn("Queue", "orders"));
    assert.deepEqual(inputs.functionResponseTypes, ["ReportBatchItemFailures"]);
    assert.deepEqual(JSON.parse(String(example.the("Queue", "orders").inputs.redrivePolicy)), {
      deadLetterTargetArn: example.arn("Queue", "orders-dead-letters"),
      maxReceiveCount: 5,
    });
    assert.deepEqual(example.settings("orders").bindings, { orders: example.output("Table", "orders", "name") });
    assert.ok(example.allowed("orders", example.arn("Table", "orders")).includes("dynamodb:PutItem"));
    assert.equal(example.graph.outputs.queueUrl, example.output("Queue", "orders", "url"));
  },

  "greetings.ts": (example) => {
    const { inputs } = example.the("EventSourceMapping", "greetings");
    assert.equal(inputs.eventSourceArn, example.arn("Queue", "greetings"));
    assert.equal(example.graph.outputs.queueUrl, example.output("Queue", "greetings", "url"));
    assert.equal(example.graph.outputs.deadLetterQueueUrl, example.output("Queue", "greetings-dead-letters", "url"));
  },

  "existing-queue.ts": (example) => {
    const legacy = example.arn("Queue", "legacy");
    assert.equal(example.the("EventSourceMapping", "review").inputs.eventSourceArn, legacy);
    // Neither the queue's policy nor anything else of it is touched.
    assert.deepEqual([example.all("Queue").length, example.all("QueuePolicy").length], [2, 0]);
    const { maxReceiveCount, deadLetterQueueUrl } = example.settings("review").source ?? {};
    const dead = example.output("Queue", "legacy-dead-letters", "url");
    assert.deepEqual([maxReceiveCount, deadLetterQueueUrl], [5, dead]);
  },

  "stream-consumer.ts": (example) => {
    const stream = example.arn("Stream", "activity");
    assert.equal(example.all("Stream").length, 1);
    assert.equal(example.the("EventSourceMapping", "activity").inputs.eventSourceArn, stream);
    assert.equal(example.the("StreamConsumer", "activity-index").inputs.streamArn, stream);
    const fanOut = example.arn("StreamConsumer", "activity-index");
    assert.equal(example.the("EventSourceMapping", "activity-index").inputs.eventSourceArn, fanOut);
    assert.ok(example.allowed("activity-index", fanOut).includes("kinesis:SubscribeToShard"));
  },

  "windows.ts": (example) => {
    const { inputs } = example.the("EventSourceMapping", "readings");
    assert.deepEqual([inputs.tumblingWindowInSeconds, inputs.parallelizationFactor], [60, 1]);
    assert.ok(example.allowed("readings", example.arn("Table", "totals")).includes("dynamodb:PutItem"));
  },

  "table-consumer.ts": (example) => {
    const { inputs } = example.the("EventSourceMapping", "order-changes");
    assert.equal(inputs.eventSourceArn, example.output("Table", "orders", "streamArn"));
    assert.deepEqual(inputs.filterCriteria, { filters: [{ pattern: '{"eventName":["INSERT","REMOVE"]}' }] });
    assert.deepEqual(inputs.destinationConfig, {
      onFailure: { destinationArn: example.arn("Queue", "order-changes-dead-letters") },
    });
  },

  "topic.ts": (example) => {
    const topic = example.arn("Topic", "order-events");
    assert.deepEqual(example.the("TopicSubscription", "order-events-review").inputs, {
      topic,
      protocol: "sqs",
      endpoint: example.arn("Queue", "review"),
      rawMessageDelivery: true,
      filterPolicy: '{"type":["order.placed"]}',
      filterPolicyScope: "MessageAttributes",
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: example.arn("Queue", "order-events-dead-letters") }),
    });
    assert.deepEqual(example.senders("review"), [topic]);
    assert.equal(example.graph.outputs.topicArn, topic);
  },

  "topic-consumer.ts": (example) => {
    const { protocol, endpoint, filterPolicy } = example.the("TopicSubscription", "review").inputs;
    const fn = example.arn("Function", "review");
    assert.deepEqual([protocol, endpoint, filterPolicy], ["lambda", fn, '{"type":["order.placed"]}']);
    assert.equal(example.the("Permission", "review").inputs.sourceArn, example.arn("Topic", "order-events"));
    assert.deepEqual(example.the("FunctionEventInvokeConfig", "review").inputs.destinationConfig, {
      onFailure: { destination: example.arn("Queue", "review-dead-letters") },
    });
  },

  "dashboard.ts": (example) => {
    const { dashboardName, dashboardBody } = example.the("Dashboard", "reviews").inputs;
    assert.equal(dashboardName, "spillway-dev-reviews");
    const body = String(dashboardBody);
    const shown = [
      example.output("Queue", "review", "name"),
      example.output("Queue", "review-dead-letters", "name"),
      example.output("Function", "order-changes", "name"),
      example.output("Topic", "order-events", "name"),
      example.output("Table", "orders", "name"),
      example.output("RestApi", "api", "name"),
    ];
    for (const name of shown) assert.ok(body.includes(`"${String(name)}"`), String(name));
  },

  "schedule.ts": (example) => {
    const { scheduleExpression, scheduleExpressionTimezone, target } = example.the("Schedule", "weekly-report").inputs;
    assert.deepEqual([scheduleExpression, scheduleExpressionTimezone], ["cron(0 7 ? * MON *)", "Europe/Berlin"]);
    const queue = example.arn("Queue", "reports");
    assert.deepEqual(target, {
      arn: queue,
      roleArn: example.arn("Role", "weekly-report"),
      input: '{"days":7}',
      retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 3600 },
      deadLetterConfig: { arn: example.arn("Queue", "weekly-report-dead-letters") },
    });
    const dead = example.arn("Queue", "weekly-report-dead-letters");
    const [only, another] = statementsOf(example.the("RolePolicy", "weekly-report"));
    assert.deepEqual([only?.Action, only?.Resource, another], [["sqs:SendMessage"], [queue, dead], undefined]);
  },

  "event-bus-rule.ts": (example) => {
    const { eventBusName, eventPattern } = example.the("EventRule", "orders-to-review").inputs;
    assert.equal(eventBusName, example.output("EventBus", "orders", "name"));
    assert.deepEqual(JSON.parse(String(eventPattern)), {
      detail: { data: { customerId: [{ prefix: "new-" }] } },
      "detail-type": ["order.placed"],
    });
    assert.equal(example.the("EventTarget", "orders-to-review").inputs.arn, example.arn("Queue", "review"));
    assert.deepEqual(example.senders("review"), [example.arn("EventRule", "orders-to-review")]);
  },

  "http-ingress.ts": (example) => {
    const document = documentOf(example.the("RestApi", "api").inputs.body);
    const methods = methodsOf(document);
    assert.deepEqual(
      methods.map(({ path, httpMethod, authorization }) => [path, httpMethod, authorization]),
      [
        ["/payments", "POST", "AWS_IAM"],
        ["/reviews", "POST", "AWS_IAM"],
      ],
    );
    const [payments] = methods.map(({ operation }) => document && bodySchemaOf(document, operation));
    assert.deepEqual(membersOf(payments?.properties).amount, { type: "number", minimum: 0 });
    const templates = methods.map(({ integration }) => JSON.stringify(integration.requestTemplates));
    assert.deepEqual(
      templates.map((template) => template.includes("MessageGroupId") && template.includes("$.orderId")),
      [true, false],
    );
    assert.match(String(example.graph.outputs.url), /\/live$/);
  },

  "idempotency.ts": (example) => {
    const table = example.arn("Table", "events");
    assert.deepEqual(example.settings("payments").idempotency, {
      tableArn: table,
      scope: "spillway/dev/payments",
      key: ["orderId"],
      expiresAfter: 604_800,
    });
    assert.deepEqual(example.allowed("payments", table), [
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
    ]);
  },

  "bindings.ts": (example) => {
    const places: Readonly<Record<string, readonly string[]>> = {
      [example.arn("Queue", "review")]: ["sqs:SendMessage"],
      [example.arn("Topic", "order-events")]: ["sns:Publish"],
      [example.arn("Stream", "activity")]: ["kinesis:PutRecord", "kinesis:PutRecords"],
      [example.arn("EventBus", "orders")]: ["events:PutEvents"],
    };
    for (const [arn, actions] of Object.entries(places)) {
      assert.deepEqual(example.allowed("forward", arn), actions);
      assert.deepEqual(example.allowed("ship", arn), []);
    }
    const { carrier, key } = example.settings("ship").bindings ?? {};
    assert.equal(carrier, "https://carrier.example.com/orders");
    assert.deepEqual(example.allowed("ship", String(key)), ["ssm:GetParameter"]);
  },

  "alarms.ts": (example) => {
    const topic = example.arn("Topic", "alarms");
    const alarms = example.all("MetricAlarm");
    assert.ok(alarms.every(({ inputs }) => String(inputs.alarmActions) === topic));
    assert.equal(example.the("Topic", "alarms").inputs.kmsMasterKeyId, example.arn("Key", "alarms"));
    assert.equal(example.all("TopicSubscription").filter(({ inputs }) => inputs.protocol === "email").length, 1);
    assert.equal(example.the("MetricAlarm", "review-age").inputs.threshold, 3600);
    assert.deepEqual(
      alarms
        .filter(({ name }) => name.startsWith("order-events") || name === "review-duration")
        .map(({ name }) => name)
        .sort(),
      ["order-events-dead-letters", "order-events-invalid-attributes", "order-events-lost-notifications"],
    );
  },

  "dead-letter-queue.ts": (example) => {
    const policy = example.the("RedriveAllowPolicy", "legacy-dead-letters").inputs.redriveAllowPolicy;
    assert.deepEqual(JSON.parse(String(policy)), {
      redrivePermission: "byQueue",
      sourceQueueArns: [example.arn("Queue", "legacy")],
    });
    assert.equal(example.the("Queue", "legacy-dead-letters").inputs.messageRetentionSeconds, 1_209_600);
    assert.deepEqual(example.the("MetricAlarm", "legacy-dead-letters").inputs.dimensions, {
      QueueName: example.output("Queue", "legacy-dead-letters", "name"),
    });
  },
  "operator-role.ts": (example) => {
    const trust = JSON.parse(String(example.the("Role", "operator").inputs.assumeRolePolicy)).Statement[0];
    assert.deepEqual(trust.Principal, { AWS: "arn:aws:iam::000000000000:root" });
    assert.deepEqual(example.allowed("operator", example.arn("Queue", "greetings")), ["sqs:GetQueueAttributes"]);
  },
};
