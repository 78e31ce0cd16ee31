// What a reader expects of each program that docs/guides/ shows.
import { strict as assert } from "node:assert";
import { type Example, statementsOf } from "./example-program";

export const guides: Readonly<Record<string, (example: Example) => void>> = {
  // Without configuration: a stack that names nothing existing.
  "existing-resources.ts": (example) => {
    const { inputs } = example.the("EventSourceMapping", "orders");
    assert.equal(inputs.eventSourceArn, example.arn("Queue", "orders"));
    assert.ok(example.allowed("orders", example.arn("Table", "orders")).includes("dynamodb:PutItem"));
    assert.equal(example.the("Permission", "review").inputs.sourceArn, example.arn("Topic", "events"));
    assert.deepEqual(example.allowed("announce", example.arn("Topic", "events")), ["sns:Publish"]);
  },

  "adopted-queue.ts": (example) => {
    const queue = example.the("Queue", "review");
    assert.equal(queue.options.importId, "https://sqs.eu-west-1.amazonaws.com/123456789012/legacy-review");
    assert.deepEqual([queue.inputs.name, queue.inputs.visibilityTimeoutSeconds], ["legacy-review", 180]);
    assert.equal(example.the("Queue", "review-dead-letters").options.importId, undefined);
    const table = example.the("Table", "orders");
    assert.deepEqual(
      [table.options.importId, table.inputs.name, table.options.protect],
      ["legacy-orders", "legacy-orders", true],
    );
  },

  "other-account.ts": (example) => {
    const places: Readonly<Record<string, readonly string[]>> = {
      "arn:aws:sqs:eu-west-1:222233334444:picking": ["sqs:SendMessage"],
      "arn:aws:sns:eu-west-1:222233334444:arrivals": ["sns:Publish"],
      "arn:aws:kinesis:eu-west-1:222233334444:stream/activity": ["kinesis:PutRecord", "kinesis:PutRecords"],
      "arn:aws:events:eu-west-1:222233334444:event-bus/orders": ["events:PutEvents"],
    };
    for (const [arn, actions] of Object.entries(places)) assert.deepEqual(example.allowed("forward", arn), actions);
    assert.equal(example.the("Role", "forward").inputs.name, "shop-prod-forward");
    assert.deepEqual(example.senders("review"), [undefined, "arn:aws:sns:eu-west-1:222233334444:arrivals"]);
    const [, role] = statementsOf(example.the("QueuePolicy", "review"));
    const condition = { ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::222233334444:role/picker" } };
    assert.deepEqual(role?.Condition, condition);
    const subscription = example.the("TopicSubscription", "arrivals-review");
    for (const queue of ["review", "arrivals-dead-letters"]) {
      assert.ok(subscription.options.dependsOn.includes(example.the("QueuePolicy", queue).urn), queue);
    }
    const topic = example.arn("Topic", "order-events");
    assert.deepEqual(
      statementsOf(example.the("TopicPolicy", "order-events")).map(({ Action, Resource }) => [Action, Resource]),
      [
        ["sns:Publish", topic],
        ["sns:Subscribe", topic],
      ],
    );
  },

  "two-regions.ts": (example) => {
    const { urn, id } = example.the("aws", "virginia");
    const regionOf = (type: string, name: string) =>
      example.the(type, name).options.provider === `${urn}::${id}` ? "us-east-1" : "the stack's";
    assert.deepEqual(
      [
        regionOf("Queue", "review"),
        regionOf("Function", "review"),
        regionOf("MetricAlarm", "review-dead-letters"),
        regionOf("TopicSubscription", "order-events-review"),
        regionOf("Queue", "order-events-dead-letters"),
      ],
      ["us-east-1", "us-east-1", "us-east-1", "the stack's", "the stack's"],
    );
    assert.deepEqual(example.senders("review"), [example.arn("Topic", "order-events")]);
    const { replicas } = example.the("Table", "orders").inputs;
    assert.deepEqual(replicas, [{ regionName: "us-east-1", pointInTimeRecovery: true }]);
    assert.deepEqual(example.the("EventSourceMapping", "order-changes").inputs.filterCriteria, {
      filters: [{ pattern: '{"dynamodb":{"NewImage":{"region":{"S":["eu-west-1"]}}}}' }],
    });
  },

  "debug-logs.ts": (example) => {
    assert.deepEqual(example.the("Function", "review").inputs.loggingConfig, {
      logFormat: "JSON",
      logGroup: example.output("LogGroup", "review", "name"),
      applicationLogLevel: "DEBUG",
    });
  },

  "own-vpc.ts": (example) => {
    const fn = example.the("Function", "review");
    assert.deepEqual(fn.inputs.vpcConfig, {
      subnetIds: ["subnet-0a1b2c3d", "subnet-4e5f6a7b"],
      securityGroupIds: [example.the("SecurityGroup", "functions").id],
    });
    assert.ok(fn.options.dependsOn.includes(example.the("SecurityGroupEgressRule", "functions-https").urn));
    assert.ok(example.allowed("review", "*").includes("ec2:CreateNetworkInterface"));
    assert.equal(example.all("VpcEndpoint").length, 0);
  },
};
