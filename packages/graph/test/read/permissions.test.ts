import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { publishTo, QueueConsumer, readTable, Schedule, Table, Topic, TopicConsumer, writeTable } from "spillway";
import { type NoteEvent, note, onAny } from "../../../../test/support/callbacks";
import { Recorded } from "../../../../test/support/component-graph";
import { pipelineGraph, pipelineProgram } from "../../../../test/support/pipeline-graph";
import { evaluateProgram } from "../../evaluate/evaluate";
import { resourceStatementsOf, statementsOf } from "../../read/permissions";

const granted = async (run: () => unknown) =>
  statementsOf((await Recorded.of(run)).graph).map(
    ({ principal, effect, actions, resource, condition }) =>
      `${principal}: ${effect} ${actions.join(" ")} on ${resource}${condition && ` if ${condition}`}`,
  );
const admitted = async (run: () => unknown) =>
  resourceStatementsOf((await Recorded.of(run)).graph).map(
    ({ resource, effect, principals, actions, on, condition }) =>
      `${resource}: ${effect} ${principals.join(" ")} ` +
      `${actions.join(" ")}${on.length > 0 ? ` on ${on.join()}` : ""}${condition && ` if ${condition}`}`,
  );
const trust = (service: string) =>
  JSON.stringify({ Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } } });
const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

describe("permissions of a program", () => {
  it("list who may do what by logical names, also within a resource", async () => {
    const program = () => new QueueConsumer("notes", { callback: note });
    assert.deepEqual(await granted(program), [
      "function notes: Allow sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes " +
        "sqs:ChangeMessageVisibility on notes queue",
      "function notes: Allow sqs:SendMessage on notes-dead-letters queue",
      "function notes: Allow logs:CreateLogStream logs:PutLogEvents on every log stream of notes log group",
      "function notes: Allow xray:PutTraceSegments xray:PutTelemetryRecords on *",
    ]);
  });

  it("name tables, their indexes and topics that a callback is bound to", async () => {
    const bound = await granted(() => {
      const table = new Table("people", { hashKey: "id", indexes: { "by-name": { hashKey: "name" } } });
      const { name, arn } = table;
      const topic = new Topic("news");
      const role = new aws.iam.Role("worker", { assumeRolePolicy: trust("ecs-tasks.amazonaws.com") });
      const bindings = { table: writeTable(table), tableOfOthers: readTable({ name, arn }), topic: publishTo(topic) };
      for (const [name, binding] of Object.entries(bindings)) {
        const Statement = binding.statements.map(({ actions, resources }) => ({
          Effect: "Allow",
          Action: [...actions],
          Resource: [...resources],
        }));
        new aws.iam.RolePolicy(name, { role: role.id, policy: pulumi.jsonStringify({ Statement }) });
      }
    });
    assert.deepEqual(bound, [
      "role worker: Allow dynamodb:GetItem dynamodb:BatchGetItem dynamodb:ConditionCheckItem on people table",
      "role worker: Allow dynamodb:Query dynamodb:Scan on people table",
      "role worker: Allow dynamodb:Query dynamodb:Scan on index by-name of people table",
      "role worker: Allow dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:BatchWriteItem on " +
        "people table",
      "role worker: Allow dynamodb:GetItem dynamodb:BatchGetItem dynamodb:ConditionCheckItem on people table",
      "role worker: Allow dynamodb:Query dynamodb:Scan on people table",
      "role worker: Allow dynamodb:Query dynamodb:Scan on every index of people table",
      "role worker: Allow sns:Publish on news topic",
    ]);
  });

  it("include inline, attached and managed policies, denials, and exceptions", async () => {
    const managed = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    const all = await granted(() => {
      const role = new aws.iam.Role("raw", {
        assumeRolePolicy: trust("lambda.amazonaws.com"),
        inlinePolicies: [
          {
            name: "inline",
            policy: policy({ Effect: "Deny", NotAction: "s3:GetObject", NotResource: "arn:aws:s3:::a/*" }),
          },
        ],
      });
      const own = new aws.iam.Policy("own", {
        policy: policy({
          Effect: "Allow",
          Action: "sqs:SendMessage",
          Resource: "arn:aws:sqs:eu-west-1:999999999999:elsewhere",
          Condition: { StringEquals: { "aws:ResourceAccount": "000000000000" } },
        }),
      });
      new aws.iam.RolePolicyAttachment("own", { role: role.name, policyArn: own.arn });
      new aws.iam.RolePolicyAttachment("managed", { role: role.name, policyArn: managed });
      const code = new pulumi.asset.StringAsset("");
      const shared = { role: role.arn, runtime: "nodejs24.x", handler: "index.handler" };
      for (const name of ["first", "second"]) {
        new aws.lambda.Function(name, { ...shared, code: new pulumi.asset.AssetArchive({ "index.js": code }) });
      }
    });
    const each = [
      "Deny * except s3:GetObject on * except arn:aws:s3:::a/*",
      "Allow sqs:SendMessage on arn:aws:sqs:eu-west-1:999999999999:elsewhere if aws:ResourceAccount is this account",
      "Allow  on managed policy service-role/AWSLambdaBasicExecutionRole",
    ];
    assert.deepEqual(all, [
      ...each.map((line) => `function first: ${line}`),
      ...each.map((line) => `function second: ${line}`),
    ]);
  });

  it("report that a permissions boundary limits what a role is allowed", async () => {
    const statements = await granted(() => {
      const limits = new aws.iam.Policy("limits", {
        policy: policy({ Effect: "Allow", Action: "sqs:*", Resource: "*" }),
      });
      const allowed = policy(
        { Effect: "Allow", Action: "sns:Publish", Resource: "arn:aws:sns:eu-west-1:999999999999:theirs" },
        { Effect: "Deny", Action: "sns:Publish", Resource: "*" },
      );
      const inlinePolicies = [{ name: "inline", policy: allowed }];
      const assumeRolePolicy = trust("ecs-tasks.amazonaws.com");
      new aws.iam.Role("own", { assumeRolePolicy, inlinePolicies, permissionsBoundary: limits.arn });
      const permissionsBoundary = "arn:aws:iam::aws:policy/PowerUserAccess";
      new aws.iam.Role("theirs", { assumeRolePolicy, inlinePolicies, permissionsBoundary });
    });
    const on = "Allow sns:Publish on arn:aws:sns:eu-west-1:999999999999:theirs if the boundary";
    assert.deepEqual(statements, [
      `role own: ${on} limits policy allows it`,
      "role own: Deny sns:Publish on *",
      `role theirs: ${on} managed policy PowerUserAccess allows it`,
      "role theirs: Deny sns:Publish on *",
    ]);
  });

  it("name the principals in the policies of resources, and who may invoke a function", async () => {
    const program = () => {
      const topic = new Topic<NoteEvent>("news");
      const queue = new QueueConsumer("notes", { callback: onAny });
      topic.subscribe(queue);
      new TopicConsumer("direct", { callback: onAny, topic });
      new aws.kms.Key("main", {
        policy: policy({
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::000000000000:root" },
          Action: "kms:*",
          Resource: "*",
        }),
      });
    };
    const lines = await admitted(program);
    const of = (resource: string) => lines.filter((line) => line.startsWith(`${resource}: `));
    assert.deepEqual(of("notes queue"), [
      "notes queue: Deny everyone sqs:* if without TLS",
      "notes queue: Allow service sns.amazonaws.com sqs:SendMessage if aws:SourceArn is news topic",
    ]);
    assert.deepEqual(of("direct function"), [
      "direct function: Allow service sns.amazonaws.com lambda:InvokeFunction if aws:SourceArn is like news topic",
    ]);
    assert.deepEqual(of("news topic"), ["news topic: Deny everyone sns:Publish if without TLS"]);
    assert.deepEqual(of("main key"), ["main key: Allow this account kms:*"]);
    assert.deepEqual(of("notes role"), ["notes role: Allow service lambda.amazonaws.com sts:AssumeRole"]);
    assert.equal(lines.length, 11, lines.join("\n"));
  });

  it("leave out policies in other languages than IAM's, and refuse what is wrong in IAM's", async () => {
    const written = (policy: object | string) => (typeof policy === "string" ? policy : JSON.stringify(policy));
    const others = await admitted(() => {
      const rules = [{ rulePriority: 1, selection: {}, action: { type: "expire" } }];
      new aws.ecr.LifecyclePolicy("images", { repository: "images", policy: written({ rules }) });
      const finds = { DataDirection: "Inbound", Principal: ["*"], DataIdentifier: [], Operation: { Deny: {} } };
      const policy = written({ Name: "cards", Version: "2021-06-01", Statement: [finds] });
      new aws.sns.DataProtectionPolicy("cards", { arn: new aws.sns.Topic("news").arn, policy });
      const access = written([{ Rules: [], Principal: [] }]);
      new aws.opensearch.ServerlessAccessPolicy("search", { type: "data", policy: access });
      new aws.ses.ReceiptFilter("mail", { cidr: "10.0.0.0/8", policy: "Block" });
      new aws.sqs.Queue("open", { policy: "" });
      const pulls = { Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
      new aws.ecr.RepositoryPolicy("pulls", { repository: "images", policy: written({ Statement: pulls }) });
    });
    assert.deepEqual(others, ["pulls repository policy: Allow everyone ecr:BatchGetImage"]);
    const denied = { effect: "deny", Principal: "*", Action: "ecr:BatchGetImage" };
    const wrong = await Recorded.of(() => {
      new aws.ecr.RepositoryPolicy("pulls", { repository: "images", policy: written({ Statement: denied }) });
    });
    assert.throws(
      () => resourceStatementsOf(wrong.graph),
      /^Error: The policy of pulls repository policy has a statement/,
    );
  });

  it("name the roles of services by the resources that have them", async () => {
    const lines = await granted(() => {
      const target = new QueueConsumer("notes", { callback: note });
      new Schedule("hourly", { expression: "rate(1 hour)", target, event: { text: "", author: "a" } as never });
    });
    assert.deepEqual(
      lines.filter((line) => line.startsWith("schedule")),
      [
        "schedule hourly: Allow sqs:SendMessage on notes queue",
        "schedule hourly: Allow sqs:SendMessage on hourly-dead-letters queue",
      ],
    );
  });

  it("are the same in every evaluation of the pipeline, and name each of its ARNs", async () => {
    const once = await pipelineGraph();
    const again = await evaluateProgram({ program: pipelineProgram, stack: "dev" });
    assert.deepEqual(statementsOf(once), statementsOf(again));
    assert.deepEqual(resourceStatementsOf(once), resourceStatementsOf(again));
    assert.deepEqual(
      statementsOf(once).filter(({ resource }) => resource.startsWith("arn:")),
      [],
    );
  });

  it("are refused for a preview, which does not know them, and for anything that is not a policy", async () => {
    const consumer = () => new QueueConsumer("notes", { callback: note });
    const preview = await Recorded.of(consumer, { preview: true });
    for (const list of [statementsOf, resourceStatementsOf]) {
      assert.throws(() => list(preview.graph), {
        message: "The policies are not known in a preview; evaluate the program without preview.",
      });
    }
    const broken = await Recorded.of(() => {
      new aws.iam.Role("raw", { assumeRolePolicy: trust("a"), inlinePolicies: [{ name: "x", policy: "{" }] });
    });
    assert.throws(() => statementsOf(broken.graph), { message: "The policy of raw role is not JSON: {" });
  });
});
