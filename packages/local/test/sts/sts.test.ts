// STS on a front, asked by the SDK's own client: who a caller is, and credentials of a role of the program.
import assert from "node:assert/strict";
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import * as aws from "@pulumi/aws";
import { recordProgram } from "@spillway/graph/record";
import { startFront } from "../../http/front";
import { Iam } from "../../iam/iam";
import { createPermissions } from "../../iam/permissions";
import { CredentialStore } from "../../lambda/function/credentials";
import { createAsk, type Message, type Service } from "../../service/ask";
import { createSts } from "../../sts/service";
import { Sessions } from "../../sts/sessions";
import { accountId, manualClock, region } from "../support/sqs";

const account = `arn:aws:iam::${accountId}:root`;
const roleArn = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const sessionArn = (name: string, session: string) => `arn:aws:sts::${accountId}:assumed-role/${name}/${session}`;

function role(
  name: string,
  principal: object | string,
  more: { condition?: object; allows?: string[]; max?: number } = {},
) {
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: principal, Condition: more.condition ?? {} };
  const policy = { Statement: [{ Effect: "Allow", Action: more.allows, Resource: "*" }] };
  return new aws.iam.Role(name, {
    name,
    assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    ...(more.allows && { inlinePolicies: [{ name: "p", policy: JSON.stringify(policy) }] }),
    ...(more.max !== undefined && { maxSessionDuration: more.max }),
  });
}

function program() {
  role("operator", { AWS: account }, { allows: ["sqs:GetQueueAttributes"], max: 7200 });
  role("everybody", "*");
  role("consumer", { Service: "lambda.amazonaws.com" });
  role("external", { AWS: accountId }, { condition: { StringEquals: { "sts:ExternalId": "x-1" } } });
  role("mfa", { AWS: account }, { condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } });
  role("calling", { Service: "lambda.amazonaws.com" }, { allows: ["sts:AssumeRole"] });
  role("named", { AWS: roleArn("consumer") });
}

const clock = manualClock();
const store = new CredentialStore();
const keysOf = (name: string) => store.of(name, roleArn(name));
const served: Message[] = [];
/** It answers everything: who may ask is decided before. */
const sqs: Service = {
  name: "sqs",
  async handle(_principal, action, input) {
    served.push({ action, ...input });
    return action === "ListQueues" ? { QueueUrls: [] } : { Attributes: {} };
  },
  async close() {},
};

describe("STS of the local run", () => {
  let front: Awaited<ReturnType<typeof startFront>>;
  const clients: { destroy(): void }[] = [];
  before(async () => {
    const iam = new Iam(await recordProgram(program, { config: { "aws:region": region } }), { accountId, region });
    const sessions = new Sessions(() => clock.now());
    const sts = createSts({ sessions, accountId, region, role: (arn) => iam.role(arn) });
    const ask = createAsk([sts, sqs], [createPermissions(iam, { accountId, region })]);
    const identify = (key: string | undefined) => sessions.identify(key) ?? store.identify(key);
    front = await startFront({ port: 0, ask, identify, routes: [], region, accountId });
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await front.close();
  });

  type Keys = Omit<ReturnType<typeof keysOf>, "sessionToken">;
  const usersKeys = { accessKeyId: "AKIAMINE", secretAccessKey: "mine" };
  const settings = (credentials: Keys) => ({ endpoint: front.address, region, credentials, maxAttempts: 1 });
  function stsAs(credentials: Keys = usersKeys): STSClient {
    const client = new STSClient(settings(credentials));
    clients.push(client);
    return client;
  }
  function sqsAs(credentials: Keys): SQSClient {
    const client = new SQSClient(settings(credentials));
    clients.push(client);
    return client;
  }
  const whoAmI = async (credentials?: Keys) => {
    const { Account, Arn, UserId } = await stsAs(credentials).send(new GetCallerIdentityCommand({}));
    return { Account, Arn, UserId };
  };
  async function assume(name: string, more: Partial<AssumeRoleCommandInput> = {}, by?: Keys) {
    const command = new AssumeRoleCommand({ RoleArn: roleArn(name), RoleSessionName: "alice", ...more });
    const { Credentials: given, AssumedRoleUser } = await stsAs(by).send(command);
    const keys = {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      sessionToken: given?.SessionToken ?? "",
    };
    return { keys, expires: given?.Expiration, user: AssumedRoleUser };
  }
  const attributes = new GetQueueAttributesCommand({ QueueUrl: "https://sqs/000000000000/orders" });

  it("tells the user, a function and a session who they are", async () => {
    assert.deepEqual(await whoAmI(), { Account: accountId, Arn: account, UserId: accountId });
    const asFunction = await whoAmI(keysOf("consumer"));
    assert.equal(asFunction.Arn, sessionArn("consumer", "consumer"));
    assert.match(String(asFunction.UserId), /^AROA[A-Z0-9]{17}:consumer$/);
    const { keys, user } = await assume("operator");
    const asSession = await whoAmI(keys);
    assert.equal(asSession.Arn, sessionArn("operator", "alice"));
    assert.deepEqual(user, { Arn: asSession.Arn, AssumedRoleId: asSession.UserId });
  });

  it("judges every later request with the policies of the role", async () => {
    const client = sqsAs((await assume("operator")).keys);
    served.length = 0;
    await client.send(attributes);
    await assert.rejects(client.send(new ListQueuesCommand({})), (error: Error) => {
      assert.match(error.name, /^AccessDenied/);
      assert.equal(
        error.message,
        `User: ${sessionArn("operator", "alice")} is not authorized to perform: sqs:ListQueues on resource: * because no identity-based policy allows the sqs:ListQueues action`,
      );
      return true;
    });
    assert.deepEqual(
      served.map(({ action }) => action),
      ["GetQueueAttributes"],
    );
  });

  it("ends a session when its duration is over, on the run's clock", async () => {
    const { keys, expires } = await assume("operator", { DurationSeconds: 900 });
    assert.equal(expires?.getTime(), clock.now() + 900_000);
    const client = sqsAs(keys);
    await clock.pass(899_000);
    await client.send(attributes);
    await clock.pass(1000);
    const message = "The security token included in the request is expired";
    await assert.rejects(client.send(attributes), { name: "ExpiredToken", message });
    await assert.rejects(whoAmI(keys), (error: Error) => error.message === message && /^ExpiredToken/.test(error.name));
  });

  it("does not take a key of an earlier run's session for the user's own", async () => {
    const { keys } = await assume("operator");
    const earlier = {
      ...keys,
      accessKeyId: `${keys.accessKeyId.slice(0, -1)}${keys.accessKeyId.endsWith("A") ? "B" : "A"}`,
    };
    await assert.rejects(sqsAs(earlier).send(attributes), { name: "ExpiredToken" });
  });

  it("gives no longer sessions than the role has, and an hour at the most to another role", async () => {
    const { expires } = await assume("operator", { DurationSeconds: 7200 });
    assert.equal(expires?.getTime(), clock.now() + 7_200_000);
    const tooLong = { DurationSeconds: 7201 };
    await assert.rejects(assume("operator", tooLong), {
      name: "ValidationError",
      message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    });
    await assert.rejects(assume("everybody", { DurationSeconds: 3601 }, keysOf("consumer")), {
      name: "ValidationError",
      message: "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    });
  });

  it("gives a role only to those whom its trust policy names", async () => {
    const denied = (name: string, who: string, hint: RegExp) => (error: Error) => {
      assert.equal(error.name, "AccessDenied");
      const words = `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${roleArn(name)}`;
      assert.ok(error.message.startsWith(words), error.message);
      assert.match(error.message, hint);
      return true;
    };
    await assume("everybody");
    await assert.rejects(
      assume("consumer"),
      denied("consumer", account, /must allow sts:AssumeRole to \{"AWS": "0{12}"\}/),
    );
    await assert.rejects(
      assume("missing"),
      denied("missing", account, /program that runs here does not make this role/),
    );
    await assert.rejects(assume("external"), denied("external", account, /trust policy/));
    await assume("external", { ExternalId: "x-1" });
    const { keys } = await assume("everybody");
    const session = sessionArn("everybody", "alice");
    await assert.rejects(assume("named", {}, keys), denied("named", session, /trust policy/));
  });

  it("gives a function the role if the trust policy names its role, or names the account and its role allows it", async () => {
    await assume("named", {}, keysOf("consumer"));
    await assume("operator", {}, keysOf("calling"));
    await assert.rejects(assume("operator", {}, keysOf("consumer")), {
      name: "AccessDenied",
      message: /because no identity-based policy allows the sts:AssumeRole action/,
    });
    await assert.rejects(assume("consumer", {}, keysOf("calling")), { name: "AccessDenied" });
  });

  it("refuses by name what it cannot judge or does not have", async () => {
    await assert.rejects(assume("mfa"), {
      name: "ValidationError",
      message: /aws:iam\/role:Role "mfa": .*cannot judge the condition key aws:MultiFactorAuthPresent/,
    });
    await assert.rejects(assume("operator", { Policy: "{}", SourceIdentity: "me" }), {
      name: "ValidationError",
      message: /^AssumeRole: the local run's STS does not have Policy, SourceIdentity\. Leave them out/,
    });
    await assert.rejects(assume("operator", { RoleSessionName: "a" }), {
      name: "ValidationError",
      message:
        "1 validation error detected: Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
    });
    const unsigned = await fetch(`${front.address}/?Action=GetCallerIdentity&Version=2011-06-15`);
    assert.equal(unsigned.status, 403);
    assert.match(await unsigned.text(), /sts\.amazonaws\.com.*<Code>MissingAuthenticationToken<\/Code>/);
    const other = await fetch(`${front.address}/?Action=GetSessionToken&Version=2011-06-15&AWSAccessKeyId=AKIAMINE`);
    assert.match(await other.text(), /<Code>InvalidAction<\/Code>.*has no action GetSessionToken/);
  });
});
