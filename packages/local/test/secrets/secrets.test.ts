// Parameters and secrets of the local run, and resources that it does not have.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as aws from "@pulumi/aws";
import { recordProgram } from "@spillway/graph/record";
import { Run, reasonOf } from "../../../../test/support/run";
import { describeMissingSecrets } from "../../secrets/provision";
import { createSecretsManager } from "../../secrets/secrets-manager";
import { createSsm } from "../../secrets/ssm";
import { SecretStore, secretsFile } from "../../secrets/store";
import { type Message, ServiceError } from "../../service/ask";

const user = { kind: "user" } as const;

describe("a program with secrets on the local run", () => {
  let run: Run;
  const said: string[] = [];
  before(async () => {
    run = await Run.start({
      program: path.join(__dirname, "..", "fixtures", "secrets.ts"),
      say: (line) => said.push(line),
    });
  });
  after(() => run?.stop());

  it("reads the values that the program gives them", async () => {
    await run.send("readingUrl", {});
    const [found] = await run.receive("foundUrl", 1);
    assert.deepEqual(JSON.parse(found?.Body ?? ""), { key: "k-1", password: "p-1" });
  });

  it("reports at the start which secrets have no value, and in the dead letter how to set one", async () => {
    const hint = 'give it one in .spillway/secrets.json: {"/shop/foreign": "<value>"}';
    assert.deepEqual(
      said.filter((line) => line.includes("no value")),
      [`The parameter "/shop/foreign" has no value here, so reading it fails; ${hint}.`],
    );
    await run.send("foreignUrl", {});
    const [dead] = await run.receive("foreignDeadLettersUrl", 1);
    const { errorType, errorMessage } = reasonOf(dead ?? assert.fail());
    assert.equal(errorType, "ParameterNotFound");
    assert.match(String(errorMessage), /Parameter .*\/shop\/foreign not found\. For the local run give it a value in/);
  });

  it("reports once which secrets it does not create, and starts nevertheless", () => {
    assert.deepEqual(
      said.filter((line) => line.startsWith("Not created here")),
      [
        'Not created here, because the local run does not have their types: aws:ec2/vpc:Vpc "net", aws:sfn/stateMachine:StateMachine "flow". A call to them returns an error that names them.',
      ],
    );
  });

  const json = "application/x-amz-json-1.0";
  const form = "application/x-www-form-urlencoded";
  for (const [protocol, headers, path, body] of [
    ["JSON", { "x-amz-target": "AWSStepFunctions.StartExecution", "content-type": json }, "/", "{}"],
    ["REST", { "content-type": json }, "/2015-01-01/flows", "{}"],
    ["Query", { "content-type": form }, "/", "Action=StartExecution&Version=2016-11-23"],
  ] as const) {
    it(`returns an error with its name to a caller with a ${protocol} protocol`, async () => {
      const authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/states/aws4_request, Signature=0";
      const answer = await fetch(run.local.address + path, {
        method: "POST",
        headers: { ...headers, authorization },
        body,
      });
      assert.match(
        (await answer.text()).replaceAll("&quot;", '"'),
        /has no service \\?"states\\?".*aws:sfn\/stateMachine:StateMachine \\?"flow\\?"/,
      );
    });
  }
});

describe("a parameter or secret without a value", () => {
  const arn = (rest: string) => `arn:aws:${rest.replace(":", ":eu-west-1:000000000000:")}`;
  const reads = (Resource: string) =>
    JSON.stringify({
      Statement: { Effect: "Allow", Action: ["ssm:GetParameter", "secretsmanager:GetSecretValue"], Resource },
    });
  const role = (name: string, args: Partial<aws.iam.RoleArgs> = {}) =>
    new aws.iam.Role(name, { name, assumeRolePolicy: '{"Statement":[]}', ...args });

  it("is named whichever form the policy of the role has", async () => {
    const { resources } = await recordProgram(
      () => {
        new aws.iam.RolePolicy("own", { role: role("own").name, policy: reads(arn("ssm:parameter/shop/own")) });
        role("inline", { inlinePolicies: [{ name: "p", policy: reads(arn("ssm:parameter/shop/inline")) }] });
        const managed = new aws.iam.Policy("managed", {
          policy: reads(arn("secretsmanager:secret:shop/managed-AbCdEf")),
        });
        role("managed", { managedPolicyArns: [managed.arn] });
        const attached = new aws.iam.Policy("attached", {
          policy: reads(arn("secretsmanager:secret:shop/attached-AbCdEf")),
        });
        new aws.iam.RolePolicyAttachment("attached", { role: role("attached").name, policyArn: attached.arn });
      },
      { config: { "aws:region": "eu-west-1" } },
    );
    const none = new SecretStore({ root: tmpdir(), accountId: "000000000000", region: "eu-west-1" });
    assert.equal(
      describeMissingSecrets(resources, none),
      'The secret "shop/attached-AbCdEf", the secret "shop/managed-AbCdEf", the parameter "/shop/inline", the parameter "/shop/own" have no value here, so reading them fails; give them one in .spillway/secrets.json: {"shop/attached-AbCdEf": "<value>", "shop/managed-AbCdEf": "<value>", "/shop/inline": "<value>", "/shop/own": "<value>"}.',
    );
  });
});

describe("the file of secrets", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "spillway-secrets-"));
    mkdirSync(path.join(root, ".spillway"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const store = (content: unknown) => {
    writeFileSync(path.join(root, secretsFile), typeof content === "string" ? content : JSON.stringify(content));
    return new SecretStore({ root, accountId: "000000000000", region: "eu-west-1" });
  };
  const now = () => 0;
  const parameterArn = "arn:aws:ssm:eu-west-1:000000000000:parameter/shop/key";
  const secretArn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop/password-AbCdEf";

  it("sets values by name and by ARN, instead of the program's", async () => {
    const secrets = store({ "/shop/key": "mine", "shop/password": '{"user":"u"}' });
    secrets.putParameter("/shop/key", "SecureString", "the program's");
    const ssm = createSsm(secrets, now);
    const value = async (input: Message) =>
      ((await ssm.handle(user, "GetParameter", input, {})).Parameter as { readonly Value: string }).Value;
    assert.equal(await value({ Name: "/shop/key", WithDecryption: true }), "mine");
    assert.equal(await value({ Name: parameterArn, WithDecryption: true }), "mine");
    assert.notEqual(await value({ Name: "/shop/key" }), "mine", "encrypted unless asked otherwise");
    const manager = createSecretsManager(secrets, now);
    for (const SecretId of ["shop/password", secretArn]) {
      const answer = await manager.handle(user, "GetSecretValue", { SecretId }, {});
      assert.equal(answer.SecretString, '{"user":"u"}');
    }
  });

  it("is overridden by what a callback writes", async () => {
    const secrets = store({ "/shop/key": "mine" });
    const ssm = createSsm(secrets, now);
    const put = { Name: "/shop/key", Value: "rotated", Type: "String" };
    await assert.rejects(ssm.handle(user, "PutParameter", put, {}), { code: "ParameterAlreadyExists" });
    await ssm.handle(user, "PutParameter", { ...put, Overwrite: true }, {});
    const { Parameters, InvalidParameters } = await ssm.handle(
      user,
      "GetParameters",
      { Names: ["/shop/key", "/shop/other"] },
      {},
    );
    assert.deepEqual(
      (Parameters as readonly { readonly Value: string }[]).map(({ Value }) => Value),
      ["rotated"],
    );
    assert.deepEqual(InvalidParameters, ["/shop/other"]);
    await assert.rejects(
      createSecretsManager(secrets, now).handle(user, "GetSecretValue", { SecretId: "nowhere" }, {}),
      (error) => error instanceof ServiceError && error.code === "ResourceNotFoundException",
    );
  });

  it("lists parameters by path, ten at a time", async () => {
    const secrets = store({});
    for (let index = 0; index < 12; index += 1) secrets.putParameter(`/shop/${index}`, "String", "x");
    secrets.putParameter("/shop/deep/er", "String", "x");
    secrets.putParameter("/shopping", "String", "x");
    const ssm = createSsm(secrets, now);
    const first = await ssm.handle(user, "GetParametersByPath", { Path: "/shop" }, {});
    assert.equal((first.Parameters as readonly unknown[]).length, 10);
    const rest = await ssm.handle(user, "GetParametersByPath", { Path: "/shop", NextToken: first.NextToken }, {});
    assert.equal((rest.Parameters as readonly unknown[]).length, 2);
    const deep = await ssm.handle(user, "GetParametersByPath", { Path: "/shop/deep", Recursive: true }, {});
    assert.equal((deep.Parameters as readonly unknown[]).length, 1);
  });

  it("is refused when it is not JSON, or contains anything but strings", () => {
    assert.throws(() => store("{"), /secrets\.json is not JSON: .* Write \{"<name or ARN>": "<value>"\}/);
    assert.throws(() => store({ a: { b: 1 } }), /does not contain strings by name/);
  });
});
