// The policies that queues and topics have now, however they came by them; and what a move of dead letters needs.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import type { Value } from "@spillway/graph";
import { recordProgram } from "@spillway/graph/record";
import { Iam } from "../../iam/iam";
import { createPermissions } from "../../iam/permissions";
import { lambdaProvisioners } from "../../lambda/provision";
import { createLambda, type Lambda } from "../../lambda/service";
import { type Ask, createAsk, type Observer, type Principal } from "../../service/ask";
import { createSns } from "../../sns/service";
import { createSqs, type Sqs } from "../../sqs/service";
import { graphResource } from "../support/graph-resource";
import { archives, definitionOf } from "../support/lambda";
import { accountId, manualClock, region, user } from "../support/sqs";

const address = () => "http://127.0.0.1:1";
const topicArn = `arn:aws:sns:${region}:${accountId}:t`;
const queueArn = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
const QueueUrl = `${address()}/${accountId}/q`;
const fromTopic: Principal = { kind: "service", service: "sns.amazonaws.com", sourceArn: topicArn };
const sending = (Principal: unknown) =>
  JSON.stringify({
    Statement: [{ Effect: "Allow", Principal, Action: ["sqs:SendMessage", "sns:Publish"], Resource: "*" }],
  });

describe("the policy of a resource on the local run", () => {
  let sqs: Sqs;
  let lambda: Lambda;
  let ask: Ask;
  let closing: () => Promise<void>;
  const observers: Observer[] = [];
  beforeEach(async () => {
    const common = { clock: manualClock(), address, accountId, region };
    sqs = await createSqs(common);
    const sns = createSns({ ...common, ask: (...request) => ask(...request) });
    observers.length = 0;
    lambda = createLambda({ ...common, ask: (...request) => ask(...request) });
    ask = createAsk([sqs, sns, lambda.service], observers);
    const graph = await recordProgram(
      () => {
        const role = new aws.iam.Role("r", { name: "r", assumeRolePolicy: '{"Statement":[]}' });
        const allowed = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
        const policy = JSON.stringify({
          Statement: [
            allowed(["sqs:*MessageMoveTask*", "sqs:ReceiveMessage", "sqs:DeleteMessage"], queueArn("dead*")),
            allowed(["sqs:GetQueueAttributes"], queueArn("dead")),
            allowed(["sqs:SendMessage"], queueArn("q")),
          ],
        });
        new aws.iam.RolePolicy("p", { role: role.name, policy });
      },
      { config: { "aws:region": region } },
    );
    const services = [sqs, sns, lambda.service];
    const policyOf = (arn: string) => services.find(({ name }) => name === arn.split(":")[2])?.policyOf?.(arn);
    const iam = new Iam(graph, { accountId, region, policyOf });
    observers.push(createPermissions(iam, { accountId, region, sourceQueuesOf: sqs.sourceQueuesOf }));
    closing = async () => {
      await lambda.close();
      await sns.close();
      await sqs.close();
    };
  });
  afterEach(() => closing());

  const send = (principal: Principal) => ask(principal, "sqs", "SendMessage", { QueueUrl, MessageBody: "x" });
  const set = (Policy: string) => ask(user, "sqs", "SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
  const isDenied = { code: "AccessDeniedException", message: /because no resource-based policy allows the/ };

  it("is the queue's from its creation, until SetQueueAttributes changes it", async () => {
    const Attributes = { Policy: sending({ Service: "sns.amazonaws.com" }) };
    await ask(user, "sqs", "CreateQueue", { QueueName: "q", Attributes });
    await send(fromTopic);
    await set(sending({ Service: "events.amazonaws.com" }));
    await assert.rejects(send(fromTopic), isDenied);
    await set(sending({ AWS: "*" }));
    await send(fromTopic);
    await set("");
    await assert.rejects(send(fromTopic), isDenied);
  });

  it("is the topic's, until SetTopicAttributes changes it", async () => {
    const Attributes = { Policy: sending({ Service: "events.amazonaws.com" }) };
    await ask(user, "sns", "CreateTopic", { Name: "t", Attributes });
    const publish = () =>
      ask({ kind: "service", service: "events.amazonaws.com" }, "sns", "Publish", { TopicArn: topicArn, Message: "x" });
    await publish();
    const AttributeValue = sending({ Service: "sns.amazonaws.com" });
    await ask(user, "sns", "SetTopicAttributes", { TopicArn: topicArn, AttributeName: "Policy", AttributeValue });
    await assert.rejects(publish(), isDenied);
  });

  it("consists of a function's permissions, each with its source and its account", async () => {
    const files = archives();
    lambda.putFunction(definitionOf("f", files.zip({ "index.js": "" })));
    files.remove();
    const permit = async (inputs: Readonly<Record<string, Value>>) => {
      const { "aws:lambda/permission:Permission": create } = lambdaProvisioners({
        lambda,
        ask,
        clock: manualClock(),
        projectRoot: "/",
      });
      const shared = { function: "f", action: "lambda:InvokeFunction", statementId: "s" };
      await create?.(graphResource("aws:lambda/permission:Permission", "s", { ...shared, ...inputs }, {}));
    };
    const invoke = (principal: Principal = fromTopic) =>
      ask(principal, "lambda", "Invoke", { FunctionName: "f", InvocationType: "DryRun" });
    await assert.rejects(invoke(), isDenied);
    const principal = "sns.amazonaws.com";
    await permit({ principal, sourceAccount: accountId });
    await invoke();
    await permit({ principal, sourceAccount: "111111111111" });
    await assert.rejects(invoke(), isDenied);
    await permit({ principal, sourceArn: topicArn, sourceAccount: accountId });
    await invoke();
    await assert.rejects(invoke({ kind: "service", service: principal, sourceArn: `${topicArn}2` }), isDenied);
    await permit({ principal: `arn:aws:iam::${accountId}:role/r` });
    await invoke({ kind: "function", functionName: "g", roleArn: `arn:aws:iam::${accountId}:role/r` });
    await assert.rejects(permit({ principal, principalOrgId: "o-1" }), /the local run cannot judge principalOrgId/);
  });

  it("is refused where it cannot be evaluated, and the earlier one stays", async () => {
    await ask(user, "sqs", "CreateQueue", { QueueName: "q", Attributes: { Policy: sending("*") } });
    const Statement = { Effect: "Allow", NotPrincipal: { AWS: accountId }, Action: "sqs:*", Resource: "*" };
    await assert.rejects(set(JSON.stringify({ Statement })), {
      code: "InvalidAttributeValue",
      message:
        "Policy: the local run cannot judge NotPrincipal; name the principals with Principal, and the exceptions by the condition aws:PrincipalArn.",
    });
    await send(fromTopic);
  });

  it("admits unsigned requests where it admits everyone", async () => {
    await ask(user, "sqs", "CreateQueue", { QueueName: "q" });
    await assert.rejects(send({ kind: "anonymous" }), { code: "MissingAuthenticationToken", status: 403 });
    await set(sending("*"));
    await send({ kind: "anonymous" });
    await assert.rejects(ask({ kind: "anonymous" }, "sqs", "PurgeQueue", { QueueUrl }), { status: 403 });
  });

  it("is combined with the role's for a move of dead letters, on each of its queues", async () => {
    await ask(user, "sqs", "CreateQueue", { QueueName: "dead" });
    await ask(user, "sqs", "CreateQueue", { QueueName: "dead-2" });
    const redriving = (name: string, to: string) => {
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn(to), maxReceiveCount: 3 });
      return ask(user, "sqs", "CreateQueue", { QueueName: name, Attributes: { RedrivePolicy } });
    };
    await redriving("q", "dead");
    await redriving("other", "dead-2");
    const operator: Principal = { kind: "function", functionName: "f", roleArn: `arn:aws:iam::${accountId}:role/r` };
    const move = (more: object) =>
      ask(operator, "sqs", "StartMessageMoveTask", { SourceArn: queueArn("dead"), ...more });
    const { TaskHandle } = await move({});
    await ask(operator, "sqs", "ListMessageMoveTasks", { SourceArn: queueArn("dead") });
    // Nothing was there to move, so that it is over.
    await assert.rejects(ask(operator, "sqs", "CancelMessageMoveTask", { TaskHandle }), /Task does not exist/);
    await assert.rejects(
      move({ DestinationArn: queueArn("other") }),
      /sqs:SendMessage on resource: .*:other because no identity-based policy allows the sqs:SendMessage action/,
    );
    await assert.rejects(
      move({ SourceArn: queueArn("dead-2") }),
      /sqs:GetQueueAttributes on resource: .*:dead-2 because/,
    );
    await assert.rejects(move({ SourceArn: queueArn("q") }), /sqs:StartMessageMoveTask on resource: .*:q because/);
  });
});
