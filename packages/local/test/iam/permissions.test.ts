import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { recordProgram } from "@spillway/graph/record";
import { QueueConsumer, readTable, sendTo, statements, writeTable } from "spillway";
import { note, reading, writing } from "../../../../test/support/callbacks";
import type { Message, Observer, Principal } from "../../service/ask";
import { judgedBy } from "../support/judged-by";

describe("permissions of the local run", () => {
  let permissions: Observer;
  let table: string;
  const urls: Record<string, string> = {};
  const roles: Record<string, string> = {};
  before(async () => {
    const graph = await recordProgram(
      () => {
        const table = new aws.dynamodb.Table("t", {
          hashKey: "id",
          attributes: [
            { name: "id", type: "S" },
            { name: "by", type: "S" },
          ],
          billingMode: "PAY_PER_REQUEST",
          globalSecondaryIndexes: [{ name: "byName", hashKey: "by", projectionType: "ALL" }],
        });
        const last = new QueueConsumer("last", { callback: note });
        new QueueConsumer("reads", { callback: reading, bindings: { table: readTable(table), next: sendTo(last) } });
        new QueueConsumer("writes", {
          callback: writing,
          bindings: {
            table: writeTable(table),
            parameter: statements("p", { actions: ["dynamodb:DescribeTable"], resources: [table.arn] }),
          },
        });
        return { table: table.name };
      },
      { config: { "aws:region": "eu-west-1" } },
    );
    permissions = judgedBy(graph);
    table = String(graph.outputs.table);
    for (const { type, name, outputs } of graph.resources) {
      if (type === "aws:sqs/queue:Queue") urls[name] = String(outputs.url);
      if (type === "aws:iam/role:Role") roles[name] = String(outputs.arn);
    }
  });

  const may = (principal: Principal, service: string, action: string, input: Message): string => {
    try {
      permissions.before?.(principal, service, action, input);
      return "allowed";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const as = (name: string): Principal => ({
    kind: "function",
    functionName: name,
    roleArn: roles[name] ?? assert.fail(name),
  });

  it("give a function what its bindings, its source and its dead letters need, and nothing else", () => {
    const reads = as("reads");
    assert.equal(may(reads, "dynamodb", "GetItem", { TableName: table }), "allowed");
    assert.equal(may(reads, "dynamodb", "Query", { TableName: table, IndexName: "byName" }), "allowed");
    assert.equal(
      may(reads, "dynamodb", "GetItem", { TableName: `arn:aws:dynamodb:eu-west-1:000000000000:table/${table}` }),
      "allowed",
    );
    assert.equal(may(reads, "sqs", "SendMessage", { QueueUrl: urls.last }), "allowed");
    assert.equal(may(reads, "sqs", "SendMessageBatch", { QueueUrl: urls["reads-dead-letters"] }), "allowed");
    assert.equal(may(reads, "sqs", "ChangeMessageVisibilityBatch", { QueueUrl: urls.reads }), "allowed");
    assert.equal(
      may(reads, "dynamodb", "PutItem", { TableName: table }),
      `User: ${roles.reads?.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/reads is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:000000000000:table/${table} because no identity-based policy allows the dynamodb:PutItem action`,
    );
    for (const [service, action, input] of [
      ["dynamodb", "GetItem", { TableName: "another" }],
      ["dynamodb", "DeleteTable", { TableName: table }],
      ["dynamodb", "ListTables", {}],
      ["sqs", "SendMessage", { QueueUrl: urls.reads }],
      ["sqs", "ReceiveMessage", { QueueUrl: urls.last }],
      ["sqs", "PurgeQueue", { QueueUrl: urls.reads }],
      ["sqs", "ListQueues", {}],
      ["lambda", "Invoke", { FunctionName: "last" }],
    ] as const) {
      assert.match(
        may(reads, service, action, input),
        /is not authorized to perform/,
        `${action} ${JSON.stringify(input)}`,
      );
    }
  });

  it("check each item of a transaction and each table of a batch", () => {
    const put = { Put: { TableName: table } };
    assert.equal(may(as("writes"), "dynamodb", "TransactWriteItems", { TransactItems: [put] }), "allowed");
    assert.match(
      may(as("writes"), "dynamodb", "TransactWriteItems", {
        TransactItems: [put, { Update: { TableName: "another" } }],
      }),
      /dynamodb:UpdateItem on resource: .*table\/another /,
    );
    assert.match(
      may(as("reads"), "dynamodb", "BatchWriteItem", { RequestItems: { [table]: [] } }),
      /dynamodb:BatchWriteItem/,
    );
  });

  it("let a deny override every allow", async () => {
    const graph = await recordProgram(
      () => {
        const role = new aws.iam.Role("r", { assumeRolePolicy: '{"Statement":[]}' });
        const policy = (effect: string, action: string) =>
          JSON.stringify({ Statement: { Effect: effect, Action: action, Resource: "*" } });
        new aws.iam.RolePolicy("all", { role: role.name, policy: policy("Allow", "dynamodb:*") });
        new aws.iam.RolePolicy("not", { role: role.name, policy: policy("Deny", "dynamodb:Delete*") });
        return { arn: role.arn };
      },
      { config: { "aws:region": "eu-west-1" } },
    );
    const judge = judgedBy(graph);
    const principal: Principal = { kind: "function", functionName: "f", roleArn: String(graph.outputs.arn) };
    judge.before?.(principal, "dynamodb", "DescribeTable", { TableName: "t" });
    assert.throws(
      () => judge.before?.(principal, "dynamodb", "DeleteItem", { TableName: "t" }),
      /DeleteItem on resource: .* with an explicit deny in an identity-based policy$/,
    );
  });

  it("let a service without a role do only what the queue's own policy allows", () => {
    assert.match(
      may(
        { kind: "service", service: "sns.amazonaws.com", sourceArn: "arn:aws:sns:eu-west-1:000000000000:t" },
        "sqs",
        "SendMessage",
        { QueueUrl: urls.last },
      ),
      /^User: sns\.amazonaws\.com is not authorized to perform: sqs:SendMessage .* because no resource-based policy allows/,
    );
  });

  it("do not apply to the user", () => {
    assert.equal(may({ kind: "user" }, "sqs", "PurgeQueue", { QueueUrl: urls.reads }), "allowed");
  });

  it("follow the conditions of a policy, and refuse conditions that they do not support", async () => {
    const judged = async (condition: object, sourceArn?: string) => {
      const graph = await recordProgram(
        () => {
          const queue = new aws.sqs.Queue("q");
          new aws.sqs.QueuePolicy("policy", {
            queueUrl: queue.url,
            policy: pulumi.jsonStringify({
              Version: "2012-10-17",
              Statement: [
                {
                  Effect: "Allow",
                  Principal: { Service: "sns.amazonaws.com" },
                  Action: "sqs:SendMessage",
                  Resource: queue.arn,
                  Condition: condition,
                },
              ],
            }),
          });
          return { url: queue.url };
        },
        { config: { "aws:region": "eu-west-1" } },
      );
      const service: Principal = { kind: "service", service: "sns.amazonaws.com", ...(sourceArn && { sourceArn }) };
      try {
        judgedBy(graph).before?.(service, "sqs", "SendMessage", { QueueUrl: graph.outputs.url });
        return "allowed";
      } catch (error) {
        return (error as Error).message;
      }
    };
    const topic = "arn:aws:sns:eu-west-1:000000000000:orders";
    assert.equal(await judged({ ArnEquals: { "aws:SourceArn": topic } }, topic), "allowed");
    assert.equal(await judged({ ArnLike: { "AWS:sourcearn": "arn:aws:sns:*:*:ord?rs" } }, topic), "allowed");
    assert.equal(await judged({ Bool: { "aws:SecureTransport": "true" } }), "allowed");
    assert.equal(await judged({ StringEqualsIfExists: { "aws:SourceArn": topic } }), "allowed");
    assert.equal(await judged({ Null: { "aws:PrincipalArn": "true" } }), "allowed");
    assert.equal(await judged({ StringEquals: { "aws:SourceAccount": "000000000000" } }), "allowed");
    assert.equal(await judged({ StringLike: { "aws:PrincipalServiceName": "sns.*" } }), "allowed");
    assert.equal(
      await judged({ ArnLike: { "aws:SourceArn": "arn:aws:sns:*:${aws:SourceAccount}:*" } }, topic),
      "allowed",
    );
    for (const [condition, sourceArn] of [
      [{ ArnEquals: { "aws:SourceArn": topic } }, `${topic}-2`],
      [{ ArnEquals: { "aws:SourceArn": topic } }, undefined],
      [{ Bool: { "aws:SecureTransport": "false" } }, topic],
      [{ StringNotEquals: { "aws:SourceArn": [topic] } }, topic],
      [{ StringEquals: { "aws:SourceAccount": "111111111111" } }, topic],
      [{ Null: { "aws:SourceAccount": "true" } }, topic],
      // A wildcard of an ARN stays within its part.
      [{ ArnLike: { "aws:SourceArn": "arn:aws:sns:*:orders" } }, topic],
    ] as const) {
      assert.match(await judged(condition, sourceArn), /no resource-based policy allows/);
    }
    assert.match(
      await judged({ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }),
      /aws:sqs\/queuePolicy:QueuePolicy "policy": the local run cannot judge the condition operator IpAddress; it knows StringEquals/,
    );
    assert.match(
      await judged({ StringEquals: { "aws:PrincipalOrgID": "o-1" } }),
      /QueuePolicy "policy": the local run cannot judge the condition key aws:PrincipalOrgID; it knows aws:principalaccount/,
    );
  });
});
