// Longer than 250 lines because every kind of change has its programs and its text here.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { QueueConsumer, Table, Topic, writeTable } from "spillway";
import { note, store } from "../../../test/support/callbacks";
import { Recorded } from "../../../test/support/component-graph";
import { onlyIn } from "../evaluations";
import { reportOf } from "../report";
import { reviewOf, textOf, warningsOf } from "./support/review";

const consumer = (name: string, opts?: pulumi.ComponentResourceOptions) =>
  new QueueConsumer(name, { callback: note }, opts);

describe("a review of a rename", () => {
  it("shows what an alias keeps as renamed, and nothing as lost", async () => {
    const text = await textOf(
      () => consumer("notes"),
      () => consumer("letters", { aliases: [{ name: "notes" }] }),
    );
    assert.match(text, /Resources: \*\*1 changed\*\*, \*\*11 renamed and kept\*\*\. Compared with `main`/);
    assert.match(text, /kept by an alias\n\n(- .*\n)*- `letters queue`, was `notes queue`\n/);
    // What is said in the alarm is not the same.
    assert.match(
      text,
      /- `letters-dead-letters alarm` \(was `notes-dead-letters alarm`, kept by its alias\): is updated in place/,
    );
    assert.doesNotMatch(text, /\[!CAUTION\]|Permissions|Removed|Added/);
  });

  it("reports what is lost without an alias, and which alias keeps it", async () => {
    const programs = [() => consumer("notes"), () => consumer("letters")] as const;
    const warnings = await warningsOf(...programs);
    assert.equal(warnings.length, 3);
    assert.ok(
      warnings.includes(
        "`notes queue` is **deleted**, with the messages in it. `letters queue` is added and looks like it: if " +
          'it was renamed, `aliases: [{ name: "notes" }]` on `letters queue consumer` keeps it.',
      ),
      warnings.join("\n"),
    );
    const text = await textOf(...programs);
    assert.match(text, /Resources: \*\*11 added\*\*, \*\*11 removed\*\*/);
    assert.match(text, /`function notes` is gone, with all that it was granted/);
  });
});

describe("a review of consequences", () => {
  const program = (fifoQueue: boolean) => () => {
    const queue = new aws.sqs.Queue("orders", fifoQueue ? { fifoQueue } : {});
    new aws.lambda.EventSourceMapping("orders", { eventSourceArn: queue.arn, functionName: "f" });
    new aws.sqs.QueuePolicy("orders", { queueUrl: queue.url, policy: JSON.stringify({ Statement: [] }) });
  };

  it("follows a replaced queue to the resources that refer to it, without names that AWS will generate", async () => {
    const text = await textOf(program(false), program(true));
    assert.match(text, /Resources: \*\*3 replaced\*\*/);
    assert.match(text, /2 resources only follow from the changes above/);
    assert.match(text, /- `orders event source mapping` is replaced: `eventSourceArn`/);
    assert.match(text, /- `orders queue policy` is replaced: `queueUrl`/);
    assert.doesNotMatch(text, /[0-9a-f]{7}\.fifo|000000000000/);
  });

  it("follows a replacement from one replaced resource to the next", async () => {
    const streaming = (shardCount: number) => () => {
      const stream = new aws.kinesis.Stream("s", { shardCount }, { replaceOnChanges: ["shardCount"] });
      const reader = new aws.kinesis.StreamConsumer("reader", { streamArn: stream.arn });
      new aws.lambda.EventSourceMapping("m", { eventSourceArn: reader.arn, functionName: "f" });
    };
    const text = await textOf(streaming(1), streaming(2));
    assert.match(text, /`s stream` is \*\*replaced\*\*, because `shardCount` cannot be changed/);
    assert.match(
      text,
      /- `reader stream consumer` is replaced: `streamArn`\n- `m event source mapping` is replaced: `eventSourceArn`/,
    );
  });

  it("reports nothing for a reference to a queue whose name the program gives", async () => {
    const named = (args: aws.sqs.QueueArgs) => () => {
      const queue = new aws.sqs.Queue("orders", { name: "orders-of-mine", ...args });
      new aws.lambda.EventSourceMapping("orders", { eventSourceArn: queue.arn, functionName: "f" });
    };
    const text = await textOf(named({}), named({ delaySeconds: 5 }));
    assert.match(text, /Resources: \*\*1 changed\*\*/);
  });

  it("reports a mapping that only points to another queue as a consequence", async () => {
    const mapped = (name: string) => () =>
      new aws.lambda.EventSourceMapping("m", { eventSourceArn: new aws.sqs.Queue(name).arn, functionName: "f" });
    const text = await textOf(mapped("a"), mapped("b"));
    assert.match(
      text,
      /1 resource only follows from the changes above<\/summary>\n\n- `m event source mapping` is replaced/,
    );
  });
});

describe("a review of a change that a preview shows incorrectly", () => {
  it("reports it, and fails", async () => {
    const program = () => {
      const queue = new aws.sqs.Queue("q");
      queue.arn.apply((arn) => new aws.sqs.Queue("late", { tags: { arn } }));
    };
    const known = await Recorded.of(program);
    const preview = await Recorded.of(program, { preview: true });
    const onlyOnceDeployed = onlyIn(known.graph, preview.graph);
    const { sections, failed } = reportOf({
      stack: "dev",
      base: "`main`",
      before: known.graph,
      after: known.graph,
      findings: { before: [], after: [] },
      onlyOnceDeployed,
      notes: [],
    });
    assert.match(sections.join("\n"), /- `late queue` is created depending on a value that only the deployment knows/);
    assert.equal(failed, true);
  });
});

describe("a review of values", () => {
  it("shows the other values where a policy cannot be read", async () => {
    const program = (policy: string) => () => new aws.sqs.QueuePolicy("p", { queueUrl: "u", policy });
    const text = await textOf(program("{}"), program('{"Version":1}'));
    assert.match(text, /### Permissions\n\nNot known: `The policy of p queue policy has no Statement/);
    assert.match(text, /`policy\.Version`: `1` is added/);
  });

  it("never shows a secret, old or new", async () => {
    const parameter = (value: string) => () =>
      new aws.lambda.Function("f", { role: "r", environment: { variables: { TOKEN: pulumi.secret(value) } } });
    const text = await textOf(parameter("old-hunter2"), parameter("new-hunter2"));
    assert.match(text, /`environment`: a secret value changes/);
    assert.doesNotMatch(text, /hunter2/);
  });

  it("shows JSON by its properties and policies by their statements", async () => {
    const program =
      (wait: number, ...actions: string[]) =>
      () => {
        const Statement = actions.map((Action) => ({ Effect: "Allow", Principal: "*", Action, Resource: "*" }));
        new aws.sqs.Queue("q", {
          redrivePolicy: JSON.stringify({ deadLetterTargetArn: "arn", maxReceiveCount: wait }),
          policy: JSON.stringify({ Statement }),
        });
      };
    const text = await textOf(program(5, "sqs:SendMessage"), program(3, "sqs:ReceiveMessage", "sqs:SendMessage"));
    assert.match(text, /`redrivePolicy\.maxReceiveCount`: `5` → `3`/);
    assert.match(
      text,
      /`policy\.Statement\[\]`: `\{"Effect":"Allow","Principal":"\*","Action":"sqs:ReceiveMessage".*\}` is added/,
    );
    assert.doesNotMatch(text, /sqs:SendMessage.*is (added|removed)/);
  });

  it("leaves out properties in ignoreChanges", async () => {
    const program = (readCapacity: number) => () =>
      new aws.dynamodb.Table("t", { hashKey: "id", readCapacity }, { ignoreChanges: ["readCapacity"] });
    assert.match(
      await textOf(program(1), program(2)),
      /^## Stack `dev`\n\nNo resource changes\. Compared with `main`\.$/,
    );
  });
});

describe("a review of functions", () => {
  it("describes what a callback may now do, and reports no other change", async () => {
    const program = (bound: boolean) => () => {
      const people = new Table("people", { hashKey: "id", indexes: { "by-name": { hashKey: "name" } } });
      if (bound) new QueueConsumer("notes", { callback: store, bindings: { table: writeTable(people) } });
      else new QueueConsumer("notes", { callback: note });
    };
    const text = await textOf(program(false), program(true));
    assert.match(
      text,
      /- `function notes` may now read from and write to `people table`: `dynamodb:GetItem`.*`dynamodb:PutItem`/,
    );
    assert.match(
      text,
      /- `function notes` may now read from `index by-name of people table`: `dynamodb:Query`, `dynamodb:Scan`/,
    );
    assert.equal(text.match(/may now/g)?.length, 2);
    const back = await textOf(program(true), program(false));
    assert.match(back, /- `function notes` may no longer read from and write to `people table`/);
  });

  it("reports no permission that a wider statement grants before and after", async () => {
    const program =
      (...Action: string[]) =>
      () => {
        const role = new aws.iam.Role("worker", { assumeRolePolicy: JSON.stringify({ Statement: [] }) });
        const queue = new aws.sqs.Queue("jobs");
        const policy = pulumi.jsonStringify({ Statement: [{ Effect: "Allow", Action, Resource: queue.arn }] });
        new aws.iam.RolePolicy("worker", { role: role.name, policy });
      };
    const wider = await textOf(program("sqs:SendMessage"), program("sqs:*"));
    assert.match(wider, /- `role worker` may now do anything with `jobs queue`: `sqs:\*`/);
    assert.doesNotMatch(wider, /may no longer/);
    const narrower = await textOf(program("sqs:*"), program("sqs:SendMessage"));
    assert.match(narrower, /- `role worker` may no longer do anything with `jobs queue`: `sqs:\*`/);
    assert.doesNotMatch(narrower, /may now/);
    const other = await textOf(program("sqs:SendMessage"), program("sqs:ReceiveMessage"));
    assert.match(other, /may now consume/);
    assert.match(other, /may no longer send to/);
  });

  it("shows how much larger a bundle is, and that only the bundle has changed", async () => {
    const code = (bytes: number) => () =>
      new aws.lambda.Function("f", { role: "r", code: new pulumi.asset.StringAsset("x".repeat(bytes)) });
    // An asset of text is shown as what it is, and no bundle.
    assert.match(await textOf(code(1), code(1)), /No resource changes/);
    const file = (name: string) => () =>
      new aws.lambda.Function("f", { role: "r", code: new pulumi.asset.FileArchive(name) });
    const text = await textOf(file("tsconfig.json"), file("package-lock.json"));
    assert.match(
      text,
      /### Bundles\n\n- `f function`: \d+\.\d KiB → \d+\.\d KiB \(\+\d+ bytes\), and nothing else of it/,
    );
    assert.doesNotMatch(text, /sha256|### Changed/);
  });
});

describe("a review of policies", () => {
  const finding = (level: "mandatory" | "advisory", policy: string, urn?: string) => ({
    level,
    policy,
    urn,
    message: `${policy} is broken`,
  });
  const queue = () => new aws.sqs.Queue("q");
  const urn = "urn:pulumi:stack::project::aws:sqs/queue:Queue::q";

  it("shows new findings, counts the others, and fails for mandatory ones", async () => {
    const { sections, failed } = await reviewOf(queue, queue, {
      before: [finding("advisory", "old", urn), finding("advisory", "gone", urn)],
      after: [
        finding("advisory", "old", urn),
        finding("advisory", "tagged", urn),
        finding("mandatory", "encrypted", urn),
      ],
    });
    const text = sections.join("\n\n");
    assert.match(
      text,
      /new\n\n- \*\*mandatory\*\* `encrypted`, `q queue`: `encrypted is broken`\n- advisory `tagged`, `q queue`: `tagged is broken`/,
    );
    assert.match(text, /Policies: 1 finding resolved; 1 finding as before\./);
    assert.equal(failed, true);
  });

  it("does not fail for an advisory finding, and does for a mandatory one that existed before", async () => {
    const advisory = { after: [finding("advisory", "tagged", urn)] };
    assert.equal((await reviewOf(queue, queue, advisory)).failed, false);
    const kept = [finding("mandatory", "encrypted")];
    const { sections, failed } = await reviewOf(queue, queue, { before: kept, after: kept });
    assert.equal(failed, true);
    assert.match(sections.join("\n"), /1 finding as before, \*\*1 mandatory\*\*/);
  });

  it("recognises a finding about a renamed resource", async () => {
    const renamed = () => new aws.sqs.Queue("other", {}, { aliases: [{ name: "q" }] });
    const { sections } = await reviewOf(queue, renamed, {
      before: [finding("advisory", "old", urn)],
      after: [finding("advisory", "old", urn.replace("::q", "::other"))],
    });
    assert.match(sections.join("\n"), /Policies: 1 finding as before\./);
  });
});

describe("a review of dead letters that are not exported", () => {
  const exporting = (name: string) => () => ({ deadLetters: { [name]: consumer(name).deadLetters } });
  const more = (outputs: (added: QueueConsumer<{ id: string }>) => object) => () => {
    const { deadLetters } = exporting("notes")();
    return { deadLetters: { ...deadLetters, ...outputs(consumer("notices")) } };
  };

  it("names what a change adds, with what to export", async () => {
    const line =
      "- advisory: `notices` is not in the output `deadLetters`: against AWS, `spillway dlq`, `send` and `tail` do " +
      "not see it. Add it: `export const deadLetters = { …, notices: <its component>.deadLetters }`";
    const report = await reviewOf(
      exporting("notes"),
      more(() => ({})),
    );
    assert.ok(report.sections.join("\n\n").includes(`### Outputs of the stack\n\n${line}\n`));
    assert.equal(report.failed, false);
    assert.ok(
      (
        await textOf(
          () => {},
          more(() => ({})),
        )
      ).includes(line),
      "of a new stack",
    );
  });

  it("says nothing of what is exported, or was not exported before", async () => {
    const exported = await textOf(
      exporting("notes"),
      more(({ deadLetters }) => ({ notices: deadLetters })),
    );
    assert.match(exported, /### Outputs of the stack\n\n- `deadLetters.notices` is added\n/);
    assert.doesNotMatch(exported, /is not in the output/);
    assert.doesNotMatch(
      await textOf(
        more(() => ({})),
        more(() => ({})),
      ),
      /is not in the output/,
    );
  });

  it("knows what was not exported before by its resource: under a new name, but not another with its name", async () => {
    const unseen = (made: () => unknown) => () => {
      made();
      return exporting("notes")();
    };
    const before = unseen(() => consumer("notices"));
    const renamed = await textOf(
      before,
      unseen(() => consumer("announcements", { aliases: [{ name: "notices" }] })),
    );
    assert.match(renamed, /renamed and kept/);
    assert.doesNotMatch(renamed, /is not in the output/);
    const another = await textOf(
      before,
      unseen(() => [consumer("notices"), new Topic("notices")]),
    );
    assert.match(another, /- advisory: `notices` is not in the output/);
  });
});
