// What AWS asks of roles when functions, mappings, schedules and targets of rules are made with them.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { recordProgram } from "@spillway/graph/record";
import { Iam } from "../../iam/iam";
import { checkRoles } from "../../iam/role-checks";
import { accountId, region } from "../support/sqs";

const trusting = (Service: string, Condition: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole", Condition }],
  });

/** A role that Lambda may assume, with the actions allowed on everything. */
function role(actions: readonly string[], assumeRolePolicy = trusting("lambda.amazonaws.com")): aws.iam.Role {
  const Statement = [{ Effect: "Allow", Action: ["logs:PutLogEvents", ...actions], Resource: "*" }];
  const inlinePolicies = [{ name: "p", policy: JSON.stringify({ Version: "2012-10-17", Statement }) }];
  return new aws.iam.Role("r", { name: "r", assumeRolePolicy, inlinePolicies });
}

const makeFunction = (made: pulumi.Input<string>, more: Partial<aws.lambda.FunctionArgs> = {}) =>
  new aws.lambda.Function("f", {
    name: "f",
    role: made,
    runtime: "nodejs24.x",
    handler: "index.handler",
    code: new pulumi.asset.FileArchive("."),
    ...more,
  });

const arn = (service: string, name: string) => `arn:aws:${service}:eu-west-1:000000000000:${name}`;

async function checked(program: () => void): Promise<string> {
  const graph = await recordProgram(async () => void program(), { config: { "aws:region": region } });
  try {
    checkRoles(graph, new Iam(graph, { accountId, region }));
    return "taken";
  } catch (error) {
    return (error as Error).message;
  }
}

const ofRole = "(role arn:aws:iam::000000000000:role/r)";

describe("a role is refused as AWS refuses it", () => {
  const refused = (type: string, reason: string) => `aws:${type}: ${reason} ${ofRole}`;
  const lambdaSays = (type: string, reason: string) =>
    refused(`lambda/${type}`, `InvalidParameterValueException: ${reason}`);

  it("for a function whose role Lambda may not assume", async () => {
    for (const trust of [
      trusting("events.amazonaws.com"),
      trusting("lambda.amazonaws.com", { Bool: { "aws:SecureTransport": "false" } }),
    ]) {
      assert.equal(
        await checked(() => makeFunction(role([], trust).arn)),
        lambdaSays('function:Function "f"', "The role defined for the function cannot be assumed by Lambda."),
      );
    }
    assert.equal(await checked(() => makeFunction(role([]).arn)), "taken");
    // Whoever else may assume it, under whatever conditions, is no matter of the run.
    const Statement = [
      ...JSON.parse(trusting("lambda.amazonaws.com")).Statement,
      {
        Effect: "Allow",
        Principal: { Federated: "accounts.google.com" },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: { "accounts.google.com:aud": "x" } },
      },
      {
        Effect: "Allow",
        Principal: { AWS: "111111111111" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": "x" } },
      },
    ];
    assert.equal(await checked(() => makeFunction(role([], JSON.stringify({ Statement })).arn)), "taken");
  });

  it("for a function that may not send to its dead-letter target, or not write traces", async () => {
    const made = (actions: string[], more: Partial<aws.lambda.FunctionArgs>) =>
      checked(() => makeFunction(role(actions).arn, more));
    const lacks = (call: string) =>
      lambdaSays('function:Function "f"', `The provided execution role does not have permissions to call ${call}`);
    const to = (targetArn: string) => ({ deadLetterConfig: { targetArn } });
    assert.equal(await made([], to(arn("sqs", "dead"))), lacks("SendMessage on SQS"));
    assert.equal(await made(["sqs:SendMessage"], to(arn("sqs", "dead"))), "taken");
    assert.equal(await made(["sqs:SendMessage"], to(arn("sns", "dead"))), lacks("Publish on SNS"));
    const traced = { tracingConfig: { mode: "Active" } };
    assert.equal(await made([], traced), lacks("PutTraceSegments on XRAY"));
    assert.equal(await made(["xray:PutTraceSegments"], traced), "taken");
  });

  it("for a destination of asynchronous events that it may not send to", async () => {
    const made = (
      actions: string[],
      destinationConfig: aws.types.input.lambda.FunctionEventInvokeConfigDestinationConfig,
    ) =>
      checked(() => {
        const { name } = makeFunction(role(actions).arn);
        new aws.lambda.FunctionEventInvokeConfig("c", { functionName: name, destinationConfig });
      });
    const lacks = (call: string) =>
      lambdaSays(
        'functionEventInvokeConfig:FunctionEventInvokeConfig "c"',
        `The function's execution role does not have permissions to call ${call}`,
      );
    const queue = arn("sqs", "failed");
    const other = arn("lambda", "function:other");
    assert.equal(await made([], { onFailure: { destination: queue } }), lacks(`SendMessage on ${queue}`));
    assert.equal(await made([], { onSuccess: { destination: other } }), lacks(`InvokeFunction on ${other}`));
    assert.equal(await made(["lambda:InvokeFunction"], { onSuccess: { destination: other } }), "taken");
    const bucket = "arn:aws:s3:::failed";
    assert.equal(await made([], { onFailure: { destination: bucket } }), lacks(`PutObject on ${bucket}`));
    assert.equal(await made(["s3:PutObject"], { onFailure: { destination: bucket } }), "taken");
  });

  it("for a mapping whose source it may not read, or whose failure destination it may not send to", async () => {
    const made = (actions: string[], eventSourceArn: string, onFailure?: string) =>
      checked(() => {
        const { arn: functionName } = makeFunction(role(actions).arn);
        new aws.lambda.EventSourceMapping("m", {
          functionName,
          eventSourceArn,
          ...(onFailure !== undefined && { destinationConfig: { onFailure: { destinationArn: onFailure } } }),
        });
      });
    const says = (reason: string) => lambdaSays('eventSourceMapping:EventSourceMapping "m"', reason);
    const lacks = (call: string) => says(`The function execution role does not have permissions to call ${call}`);
    const queue = arn("sqs", "orders");
    const reading = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
    assert.equal(await made([], queue), lacks("ReceiveMessage on SQS"));
    assert.equal(await made(["sqs:ReceiveMessage"], queue), lacks("DeleteMessage on SQS"));
    assert.equal(await made(reading, queue), "taken");
    const stream = arn("kinesis", "stream/clicks");
    const readingStream = ["kinesis:GetRecords", "kinesis:GetShardIterator"];
    assert.equal(
      await made(["kinesis:GetRecords"], stream),
      says(
        `Cannot access stream ${stream}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.`,
      ),
    );
    assert.equal(await made(readingStream, stream, arn("sqs", "dead")), lacks("SendMessage on SQS"));
    assert.equal(await made([...readingStream, "sns:Publish"], stream, arn("sns", "dead")), "taken");
    const ofTable = arn("dynamodb", "table/orders/stream/2026-01-01T00:00:00.000");
    assert.equal(
      await made(readingStream, ofTable),
      says(
        `Cannot access stream ${ofTable}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.`,
      ),
    );
  });

  it("for a schedule, which assumes it for its group", async () => {
    const made = (assumeRolePolicy: string) =>
      checked(() => {
        new aws.scheduler.Schedule("s", {
          name: "s",
          scheduleExpression: "rate(1 hour)",
          flexibleTimeWindow: { mode: "OFF" },
          target: { arn: arn("sqs", "q"), roleArn: role([], assumeRolePolicy).arn },
        });
      });
    const says = refused(
      'scheduler/schedule:Schedule "s"',
      "ValidationException: The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    );
    const from = (resource: string) =>
      trusting("scheduler.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": accountId },
        ArnLike: { "aws:SourceArn": arn("scheduler", resource) },
      });
    assert.equal(await made(trusting("events.amazonaws.com")), says);
    assert.equal(await made(from("schedule/default/s")), says);
    assert.equal(await made(from("schedule-group/default")), "taken");
  });

  it("for a rule's target, where EventBridge may not assume it", async () => {
    const made = (service: string) =>
      checked(() => {
        new aws.cloudwatch.EventTarget("t", {
          rule: "orders",
          arn: arn("sqs", "q"),
          roleArn: role([], trusting(service)).arn,
        });
      });
    assert.equal(
      await made("scheduler.amazonaws.com"),
      refused(
        'cloudwatch/eventTarget:EventTarget "t"',
        "ValidationException: Provided role 'arn:aws:iam::000000000000:role/r' cannot be assumed by principal 'events.amazonaws.com'.",
      ),
    );
    assert.equal(await made("events.amazonaws.com"), "taken");
  });

  it("for an integration, of its own or in an OpenAPI document, where API Gateway may not assume it", async () => {
    const says = (type: string) =>
      refused(`apigateway/${type}`, "API Gateway does not have permission to assume the provided role");
    const integration = { type: "AWS", uri: `arn:aws:apigateway:${region}:sqs:path/${accountId}/q` };
    const own = (service: string) =>
      checked(() => {
        const credentials = role([], trusting(service)).arn;
        const method = { restApi: "a", resourceId: "b", httpMethod: "POST" };
        new aws.apigateway.Integration("i", { ...method, ...integration, integrationHttpMethod: "POST", credentials });
      });
    assert.equal(await own("lambda.amazonaws.com"), says('integration:Integration "i"'));
    assert.equal(await own("apigateway.amazonaws.com"), "taken");
    const documented = (service: string) =>
      checked(() => {
        const post = (credentials: string) => ({
          "x-amazon-apigateway-integration": { ...integration, httpMethod: "POST", credentials },
        });
        const body = role([], trusting(service)).arn.apply((credentials) =>
          JSON.stringify({
            openapi: "3.0.1",
            paths: { "/orders": { post: post(credentials) }, "/": { post: post(credentials) } },
          }),
        );
        new aws.apigateway.RestApi("a", { body });
      });
    assert.equal(await documented("lambda.amazonaws.com"), says('restApi:RestApi "a"'));
    assert.equal(await documented("apigateway.amazonaws.com"), "taken");
  });

  it("by name where the program does not create it, with everything else that is wrong", async () => {
    const message = await checked(() => {
      makeFunction("arn:aws:iam::000000000000:role/elsewhere");
      new aws.cloudwatch.EventTarget("t", { rule: "orders", arn: arn("sqs", "q"), roleArn: role([]).arn });
    });
    const [first, second] = message.split("\n");
    assert.equal(
      first,
      'aws:lambda/function:Function "f": its role arn:aws:iam::000000000000:role/elsewhere is not created by the program, so the local run does not know its permissions. Create the role in the program that is run locally.',
    );
    assert.match(second ?? "", /^aws:cloudwatch\/eventTarget:EventTarget "t": ValidationException/);
  });
});
