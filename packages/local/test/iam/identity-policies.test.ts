// What a role of the program may do: its policies in every form, its boundary, and what resources grant to it.
// Longer than 250 lines because every rule of IAM has its case here.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { recordProgram } from "@spillway/graph/record";
import type { Message, Principal } from "../../service/ask";
import { judgedBy } from "../support/judged-by";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const allow = (Action: string | string[], more: object = {}) => ({
  Version: "2012-10-17" as const,
  Statement: [{ Effect: "Allow" as const, Action, Resource: "*", ...more }],
});
const sends = JSON.stringify(allow("sqs:SendMessage"));

/** What the function `f` gets when it asks, with the role `r` that `make` gives its policies. */
async function asking(
  make: (queue: aws.sqs.Queue) => { role: aws.iam.Role },
  [service, action]: readonly [string, string] = ["sqs", "SendMessage"],
): Promise<string> {
  const graph = await recordProgram(
    () => {
      const queue = new aws.sqs.Queue("q", { name: "q" });
      return { role: make(queue).role.arn, url: queue.url };
    },
    { config: { "aws:region": "eu-west-1" } },
  );
  const principal: Principal = { kind: "function", functionName: "f", roleArn: String(graph.outputs.role) };
  const inputs: Readonly<Record<string, Message>> = {
    sqs: { QueueUrl: graph.outputs.url },
    dynamodb: { TableName: "t" },
    lambda: { FunctionName: "arn:aws:lambda:eu-west-1:000000000000:function:g:$LATEST" },
  };
  try {
    judgedBy(graph).before?.(principal, service, action, inputs[service] ?? {});
    return "allowed";
  } catch (error) {
    return (error as Error).message.replace(/^User: .* on resource: \S+ /, "");
  }
}

const role = (args: Partial<aws.iam.RoleArgs> = {}) =>
  new aws.iam.Role("r", { name: "r", assumeRolePolicy: trust, ...args });
const onQueue = (queue: aws.sqs.Queue, Principal: unknown, Effect = "Allow", more: object = {}) =>
  new aws.sqs.QueuePolicy("q", {
    queueUrl: queue.url,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [{ Effect, Principal, Action: "sqs:*", Resource: queue.arn, ...more }],
    }),
  });

const noIdentity = "because no identity-based policy allows the sqs:SendMessage action";
const noBoundary = "because no permissions boundary allows the sqs:SendMessage action";
const session = "arn:aws:sts::000000000000:assumed-role/r/f";
const roleArn = "arn:aws:iam::000000000000:role/r";

describe("a role of the program on the local run", () => {
  const forms: Readonly<Record<string, () => aws.iam.Role>> = {
    "a RolePolicy by the role's name": () => {
      const made = role();
      new aws.iam.RolePolicy("p", { role: made.name, policy: sends });
      return made;
    },
    "a RolePolicy by the role's ARN": () => {
      const made = role();
      new aws.iam.RolePolicy("p", { role: made.arn, policy: sends });
      return made;
    },
    inlinePolicies: () => role({ inlinePolicies: [{ name: "p", policy: sends }] }),
    "a customer policy in managedPolicyArns": () =>
      role({ managedPolicyArns: [new aws.iam.Policy("p", { path: "/team/", policy: sends }).arn] }),
    "a customer policy attached": () => {
      const made = role();
      const { arn } = new aws.iam.Policy("p", { policy: sends });
      new aws.iam.RolePolicyAttachment("p", { role: made, policyArn: arn });
      return made;
    },
    "a PolicyAttachment": () => {
      const made = role();
      const { arn } = new aws.iam.Policy("p", { policy: sends });
      new aws.iam.PolicyAttachment("p", { roles: [made.name], policyArn: arn });
      return made;
    },
    "an AWS managed policy": () => role({ managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"] }),
    getPolicyDocument: () => {
      const { json } = aws.iam.getPolicyDocumentOutput({
        statements: [{ actions: ["sqs:SendMessage"], resources: ["arn:aws:sqs:*:&{aws:PrincipalAccount}:q"] }],
      });
      return role({ inlinePolicies: [{ name: "p", policy: json }] });
    },
  };
  for (const [form, make] of Object.entries(forms)) {
    it(`may do what it is allowed by ${form}`, async () => {
      assert.equal(await asking(() => ({ role: make() })), "allowed");
      assert.match(
        await asking(() => ({ role: make() }), ["dynamodb", "GetItem"]),
        /^because no identity-based policy/,
      );
    });
  }

  it("may do what AWS's own execution policies allow, and no more", async () => {
    const made = () => ({
      role: role({ managedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"] }),
    });
    assert.equal(await asking(made, ["sqs", "ReceiveMessage"]), "allowed");
    assert.equal(await asking(made), noIdentity);
  });

  it("is refused by name with an invalid policy", async () => {
    for (const [policy, reason] of [
      ["{}", 'has no Statement: "{}"'],
      ["allow", "is not JSON: allow"],
      [
        '{"Statement":{"Effect":"deny","Action":"sqs:*","Resource":"*"}}',
        'has a statement that has the Effect "deny"; it is "Allow" or "Deny", with a capital.',
      ],
      [
        '{"Statement":{"Effect":"Deny","Action":"sqs:*"}}',
        "has a statement that has neither Resource nor NotResource.",
      ],
    ] as const) {
      const made = () => ({ role: role({ inlinePolicies: [{ name: "p", policy }] }) });
      assert.equal(await asking(made), `aws:iam/role:Role "r": its policy ${reason}`);
    }
  });

  it("is refused by name with a managed policy whose document is not known", async () => {
    const managed = () => ({ role: role({ managedPolicyArns: ["arn:aws:iam::aws:policy/SecurityAudit"] }) });
    assert.match(
      await asking(managed),
      /^aws:iam\/role:Role "r": the local run does not have the managed policy arn:aws:iam::aws:policy\/SecurityAudit; it has those of the program and service-role\/AWSLambdaBasicExecutionRole, /,
    );
  });

  it("has no more permissions than its boundary", async () => {
    const inlinePolicies = [{ name: "p", policy: sends }];
    const within = (policy: object) => () => {
      const { arn } = new aws.iam.Policy("boundary", { policy: JSON.stringify(policy) });
      return { role: role({ inlinePolicies, permissionsBoundary: arn }) };
    };
    assert.equal(await asking(within(allow(["sqs:*", "logs:*"]))), "allowed");
    assert.equal(await asking(within(allow("dynamodb:*"))), noBoundary);
    const denied = { Statement: [...allow("*").Statement, { Effect: "Deny", Action: "sqs:Send*", Resource: "*" }] };
    assert.equal(await asking(within(denied)), "with an explicit deny in a permissions boundary");
  });

  it("may do what the resource grants to it or to everyone, but what it grants to the account only with its own policies", async () => {
    for (const [principal, expected] of [
      [{ AWS: roleArn }, "allowed"],
      [{ AWS: session }, "allowed"],
      [{ AWS: "*" }, "allowed"],
      ["*", "allowed"],
      [{ AWS: "000000000000" }, noIdentity],
      [{ AWS: "arn:aws:iam::000000000000:root" }, noIdentity],
      [{ AWS: "arn:aws:iam::000000000000:role/other" }, noIdentity],
      [{ Service: "lambda.amazonaws.com" }, noIdentity],
    ] as const) {
      const made = (queue: aws.sqs.Queue) => {
        onQueue(queue, principal);
        return { role: role() };
      };
      assert.equal(await asking(made), expected, JSON.stringify(principal));
    }
  });

  it("is limited by its boundary where a resource grants to the role, not where it grants to the session", async () => {
    for (const [principal, expected] of [
      [{ AWS: roleArn }, noBoundary],
      [{ AWS: session }, "allowed"],
      ["*", "allowed"],
    ] as const) {
      const made = (queue: aws.sqs.Queue) => {
        onQueue(queue, principal);
        const { arn } = new aws.iam.Policy("boundary", { policy: JSON.stringify(allow("dynamodb:*")) });
        return { role: role({ permissionsBoundary: arn }) };
      };
      assert.equal(await asking(made), expected, JSON.stringify(principal));
    }
  });

  it("is denied by a resource's deny for it, its session, its account or everyone, and by no other", async () => {
    const denied = "with an explicit deny in a resource-based policy";
    for (const [principal, expected] of [
      [{ AWS: roleArn }, denied],
      [{ AWS: session }, denied],
      [{ AWS: "000000000000" }, denied],
      ["*", denied],
      [{ AWS: "arn:aws:iam::000000000000:role/other" }, "allowed"],
      [{ Service: "events.amazonaws.com" }, "allowed"],
    ] as const) {
      const made = (queue: aws.sqs.Queue) => {
        onQueue(queue, principal, "Deny");
        return { role: role({ inlinePolicies: [{ name: "p", policy: sends }] }) };
      };
      assert.equal(await asking(made), expected, JSON.stringify(principal));
    }
  });

  it("is distinguished from others by the conditions of a policy", async () => {
    const denied = "with an explicit deny in a resource-based policy";
    for (const [condition, expected] of [
      [{ ArnEquals: { "aws:PrincipalArn": roleArn } }, denied],
      [{ ArnNotEquals: { "aws:PrincipalArn": roleArn } }, "allowed"],
      [{ ArnEquals: { "lambda:SourceFunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:f" } }, denied],
      [{ StringEquals: { "aws:PrincipalAccount": "000000000000" } }, denied],
      [{ Bool: { "aws:PrincipalIsAWSService": "true" } }, "allowed"],
      [{ StringLike: { "aws:userid": "AROA*:f" } }, denied],
      [{ StringEquals: { "aws:SourceAccount": "000000000000" } }, "allowed"],
    ] as const) {
      const made = (queue: aws.sqs.Queue) => {
        onQueue(queue, "*", "Deny", { Condition: condition });
        return { role: role({ inlinePolicies: [{ name: "p", policy: sends }] }) };
      };
      assert.equal(await asking(made), expected, JSON.stringify(condition));
    }
  });

  it("is refused at the start with everything in its policies that cannot be evaluated, together", async () => {
    const made = () => {
      const inlinePolicies = [
        { name: "p", policy: JSON.stringify(allow("sqs:*", { Resource: "arn:aws:sqs:*:*:${aws:PrincipalTag/team}" })) },
      ];
      const { arn } = role({ inlinePolicies });
      const other = new aws.iam.Role("other", { assumeRolePolicy: trust });
      const policy = JSON.stringify(allow("sns:*", { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }));
      new aws.iam.RolePolicy("p", { role: other.name, policy });
      new aws.scheduler.Schedule("s", {
        scheduleExpression: "rate(1 hour)",
        flexibleTimeWindow: { mode: "OFF" },
        target: { arn: "arn:aws:sqs:eu-west-1:000000000000:q", roleArn: other.arn },
      });
      new aws.lambda.Permission("x", { function: "f", action: "lambda:InvokeFunction", principal: arn });
      return { role: other };
    };
    const message = await asking(made);
    assert.match(
      message,
      /aws:iam\/role:Role "r": the local run does not support the variable \$\{aws:PrincipalTag\/team\}/,
    );
    assert.match(
      message,
      /aws:iam\/rolePolicy:RolePolicy "p": the local run cannot judge the condition operator IpAddress/,
    );
  });

  it("is not refused for conditions on actions that the run does not support", async () => {
    const made = () => {
      const Condition = { StringEquals: { "kms:ViaService": "sqs.eu-west-1.amazonaws.com" } };
      const Statement = [...allow("kms:Decrypt", { Condition }).Statement, ...allow("sqs:SendMessage").Statement];
      return { role: role({ inlinePolicies: [{ name: "p", policy: JSON.stringify({ Statement }) }] }) };
    };
    assert.equal(await asking(made), "allowed");
  });

  it("invokes a function by the permission on it, and a version by that on the version", async () => {
    const may = (Resource: string) => () => ({
      role: role({
        inlinePolicies: [{ name: "p", policy: JSON.stringify(allow("lambda:InvokeFunction", { Resource })) }],
      }),
    });
    const invoke = ["lambda", "Invoke"] as const;
    const arn = "arn:aws:lambda:eu-west-1:000000000000:function:g";
    assert.equal(await asking(may(`${arn}:*`), invoke), "allowed");
    assert.match(await asking(may(arn), invoke), /^because no identity-based policy/);
  });
});
