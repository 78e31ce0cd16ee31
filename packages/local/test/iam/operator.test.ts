// The requests of a tool with which an operator works on dead letters: which permission each needs, on which resource.
import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { recordProgram } from "@spillway/graph/record";
import { Iam } from "../../iam/iam";
import { createPermissions } from "../../iam/permissions";
import type { Message, Observer, Principal } from "../../service/ask";
import { accountId, region } from "../support/sqs";

const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
const dead = arn("sqs", "dead");
const source = arn("sqs", "orders");
const stream = arn("kinesis", "stream/activity");
const tableStream = arn("dynamodb", "table/orders/stream/2026-01-01T00:00:00.000");
const group = (stream = "") => arn("logs", `log-group:orders-log:log-stream:${stream}`);
const QueueUrl = `http://127.0.0.1:4566/${accountId}/dead`;
const task = Buffer.from(JSON.stringify({ sourceArn: dead })).toString("base64");
const functionArn = arn("lambda", "function:orders");
const uuid = "0f1e";

type Request = readonly [service: string, action: string, input: Message];
type Need = readonly [permission: string, resource: string];

/** Each request with the permissions that it needs. */
const requests: readonly (readonly [Request, ...Need[]])[] = [
  [
    ["sqs", "ReceiveMessage", { QueueUrl }],
    ["sqs:ReceiveMessage", dead],
  ],
  [
    ["sqs", "DeleteMessage", { QueueUrl }],
    ["sqs:DeleteMessage", dead],
  ],
  [
    ["sqs", "DeleteMessageBatch", { QueueUrl }],
    ["sqs:DeleteMessage", dead],
  ],
  [
    ["sqs", "SendMessage", { QueueUrl }],
    ["sqs:SendMessage", dead],
  ],
  [
    ["sqs", "SendMessageBatch", { QueueUrl }],
    ["sqs:SendMessage", dead],
  ],
  [
    ["sqs", "ChangeMessageVisibility", { QueueUrl }],
    ["sqs:ChangeMessageVisibility", dead],
  ],
  [
    ["sqs", "ChangeMessageVisibilityBatch", { QueueUrl }],
    ["sqs:ChangeMessageVisibility", dead],
  ],
  [
    ["sqs", "GetQueueAttributes", { QueueUrl }],
    ["sqs:GetQueueAttributes", dead],
  ],
  [
    ["sqs", "GetQueueUrl", { QueueName: "dead" }],
    ["sqs:GetQueueUrl", dead],
  ],
  [
    ["sqs", "ListQueues", {}],
    ["sqs:ListQueues", "*"],
  ],
  [
    ["sqs", "ListDeadLetterSourceQueues", { QueueUrl }],
    ["sqs:ListDeadLetterSourceQueues", dead],
  ],
  [
    ["sqs", "PurgeQueue", { QueueUrl }],
    ["sqs:PurgeQueue", dead],
  ],
  [
    ["sqs", "StartMessageMoveTask", { SourceArn: dead }],
    ["sqs:StartMessageMoveTask", dead],
    ["sqs:ReceiveMessage", dead],
    ["sqs:DeleteMessage", dead],
    ["sqs:GetQueueAttributes", dead],
    ["sqs:SendMessage", source],
  ],
  [
    ["sqs", "ListMessageMoveTasks", { SourceArn: dead }],
    ["sqs:ListMessageMoveTasks", dead],
    ["sqs:ReceiveMessage", dead],
    ["sqs:DeleteMessage", dead],
    ["sqs:GetQueueAttributes", dead],
  ],
  [
    ["sqs", "CancelMessageMoveTask", { TaskHandle: task }],
    ["sqs:CancelMessageMoveTask", dead],
    ["sqs:ReceiveMessage", dead],
    ["sqs:DeleteMessage", dead],
    ["sqs:GetQueueAttributes", dead],
  ],
  [
    ["lambda", "Invoke", { FunctionName: "orders" }],
    ["lambda:InvokeFunction", functionArn],
  ],
  [
    ["lambda", "GetFunction", { FunctionName: functionArn }],
    ["lambda:GetFunction", functionArn],
  ],
  [
    ["lambda", "GetFunctionConfiguration", { FunctionName: "orders" }],
    ["lambda:GetFunctionConfiguration", functionArn],
  ],
  [
    ["lambda", "ListEventSourceMappings", { FunctionName: "orders" }],
    ["lambda:ListEventSourceMappings", "*"],
  ],
  [
    ["lambda", "ListEventSourceMappings", { EventSourceArn: source }],
    ["lambda:ListEventSourceMappings", "*"],
  ],
  [
    ["lambda", "GetEventSourceMapping", { UUID: uuid }],
    ["lambda:GetEventSourceMapping", arn("lambda", `event-source-mapping:${uuid}`)],
  ],
  [
    ["lambda", "ListTags", { Resource: functionArn }],
    ["lambda:ListTags", functionArn],
  ],
  [
    ["kinesis", "GetShardIterator", { StreamName: "activity" }],
    ["kinesis:GetShardIterator", stream],
  ],
  [
    ["kinesis", "GetRecords", { ShardIterator: "i" }],
    ["kinesis:GetRecords", stream],
  ],
  [
    ["kinesis", "ListShards", { StreamARN: stream }],
    ["kinesis:ListShards", stream],
  ],
  [
    ["kinesis", "DescribeStreamSummary", { StreamARN: stream }],
    ["kinesis:DescribeStreamSummary", stream],
  ],
  [
    ["dynamodbstreams", "DescribeStream", { StreamArn: tableStream }],
    ["dynamodb:DescribeStream", tableStream],
  ],
  [
    ["dynamodbstreams", "GetShardIterator", { StreamArn: tableStream }],
    ["dynamodb:GetShardIterator", tableStream],
  ],
  [
    ["dynamodbstreams", "GetRecords", { ShardIterator: `${tableStream}|1` }],
    ["dynamodb:GetRecords", tableStream],
  ],
  [
    ["s3", "GetObject", { Bucket: "failures", Key: "a/b" }],
    ["s3:GetObject", "arn:aws:s3:::failures/a/b"],
  ],
  [
    ["s3", "ListObjectsV2", { Bucket: "failures" }],
    ["s3:ListBucket", "arn:aws:s3:::failures"],
  ],
  [
    ["sns", "Publish", { TopicArn: arn("sns", "events") }],
    ["sns:Publish", arn("sns", "events")],
  ],
  [
    ["logs", "DescribeLogGroups", { logGroupNamePrefix: "orders" }],
    ["logs:DescribeLogGroups", arn("logs", "log-group::log-stream:")],
  ],
  [
    ["logs", "DescribeLogStreams", { logGroupName: "orders-log" }],
    ["logs:DescribeLogStreams", group()],
  ],
  [
    ["logs", "FilterLogEvents", { logGroupName: "orders-log" }],
    ["logs:FilterLogEvents", group()],
  ],
  [
    ["logs", "FilterLogEvents", { logGroupIdentifier: arn("logs", "log-group:orders-log:*") }],
    ["logs:FilterLogEvents", group()],
  ],
  [
    ["logs", "GetLogEvents", { logGroupName: "orders-log", logStreamName: "s" }],
    ["logs:GetLogEvents", group("s")],
  ],
  [
    ["logs", "CreateLogStream", { logGroupName: "orders-log", logStreamName: "s" }],
    ["logs:CreateLogStream", group("s")],
  ],
  [
    ["logs", "PutLogEvents", { logGroupName: "orders-log", logStreamName: "s" }],
    ["logs:PutLogEvents", group("s")],
  ],
];

const trust = { Statement: [{ Effect: "Allow", Principal: { AWS: accountId }, Action: "sts:AssumeRole" }] };

/** The permissions of a program whose only role has the policy. */
async function judged(Statement: readonly object[]): Promise<Observer> {
  const program = () => {
    const inlinePolicies = [{ name: "p", policy: JSON.stringify({ Version: "2012-10-17", Statement }) }];
    new aws.iam.Role("operator", { name: "operator", assumeRolePolicy: JSON.stringify(trust), inlinePolicies });
  };
  const iam = new Iam(await recordProgram(program, { config: { "aws:region": region } }), { accountId, region });
  return createPermissions(iam, { accountId, region, streamOf: () => stream, sourceQueuesOf: () => [source] });
}

const operator: Principal = { kind: "role", roleArn: `arn:aws:iam::${accountId}:role/operator`, sessionName: "alice" };

function refusal(observer: Observer, [service, action, input]: Request): string | undefined {
  try {
    observer.before?.(operator, service, action, input);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe("the permissions of an operator's role", () => {
  for (const [request, ...needs] of requests) {
    it(`for ${request[0]} ${request[1]} ${Object.keys(request[2]).join(", ")}: ${needs.map(([permission]) => permission).join(", ")}`, async () => {
      const granted = (given: readonly Need[]) =>
        given.map(([Action, Resource]) => ({ Effect: "Allow", Action, Resource }));
      assert.equal(refusal(await judged(granted(needs)), request), undefined);
      // Without any one of them, it is the one that the refusal names.
      for (const lacking of needs) {
        const others = granted(needs.filter((need) => need !== lacking));
        const [permission, resource] = lacking;
        const who = `User: arn:aws:sts::${accountId}:assumed-role/operator/alice`;
        const why = `because no identity-based policy allows the ${permission} action`;
        const given =
          others.length === 0 ? [{ Effect: "Allow", Action: "xray:PutTraceSegments", Resource: "*" }] : others;
        assert.equal(
          refusal(await judged(given), request),
          `${who} is not authorized to perform: ${permission} on resource: ${resource} ${why}`,
        );
      }
    });
  }

  it("for a log group are granted on its ARN with :*, and not on the ARN alone, as on AWS", async () => {
    const request: Request = ["logs", "FilterLogEvents", { logGroupName: "orders-log" }];
    const on = (Resource: string) => judged([{ Effect: "Allow", Action: "logs:FilterLogEvents", Resource }]);
    assert.equal(refusal(await on(arn("logs", "log-group:orders-log:*")), request), undefined);
    assert.match(String(refusal(await on(arn("logs", "log-group:orders-log")), request)), /logs:FilterLogEvents/);
  });
});
