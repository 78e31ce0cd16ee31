import { strict as assert } from "node:assert";
import { readdirSync } from "node:fs";
import * as path from "node:path";
import { read } from "../../../test/support/docs-tables";
import { Repository } from "../../../test/support/repository";
import { type Review, type ReviewOptions, review } from "../review";

describe("a review", () => {
  let repository: Repository;
  before(() => {
    repository = new Repository();
  });
  afterEach(() => {
    assert.equal(repository.git("worktree", "list").trim().split("\n").length, 1, "the checkout is gone");
    assert.deepEqual(readdirSync(path.join(repository.root, ".spillway", "review")), []);
    repository.reset();
  });
  after(() => repository.remove());

  const said: string[] = [];
  const run = async (base?: string): Promise<Review & { readonly lines: readonly string[] }> => {
    said.length = 0;
    const options: ReviewOptions = { base, stacks: ["dev"], program: "index.ts", config: {} };
    const made = await review(options, { cwd: repository.root, say: (line) => void said.push(line) });
    return { ...made, lines: made.markdown.split("\n") };
  };
  const has = ({ lines }: { readonly lines: readonly string[] }, line: string) =>
    assert.ok(lines.includes(line), `no line ${line} in\n${lines.join("\n")}`);

  it("reports no change for a commit that changes no resource", async () => {
    repository.change("index.ts", [/^/, "// A comment.\n"]);
    const made = await run("HEAD");
    assert.match(
      made.markdown,
      /^<!-- spillway-review: dev -->\n\n## Stack `dev`\n\nNo resource changes\. Compared with `HEAD` \(`[0-9a-f]{10}`\)\.\n/,
    );
    assert.equal(made.failed, false);
    assert.doesNotMatch(made.markdown, /###|```/);
    assert.ok(
      said.includes("The base commit locks the same packages: the installed ones serve both."),
      said.join("\n"),
    );
  });

  it("reports what an added binding permits", async () => {
    repository.change(
      "index.ts",
      [
        /bindings: \{ audit: writeTable\(audit, \["PutItem"\]\) \}/,
        'bindings: { audit: writeTable(audit, ["PutItem"]), orders: readTable(orders) }',
      ],
      [/^import \{\n {2}Dashboard,/m, "import {\n  Dashboard,\n  readTable,"],
    );
    const made = await run();
    has(
      made,
      "- `function audit` may now read from `orders table`: `dynamodb:GetItem`, `dynamodb:BatchGetItem`, " +
        "`dynamodb:ConditionCheckItem`, `dynamodb:Query`, `dynamodb:Scan`",
    );
    has(made, '  - `environment.variables.SPILLWAY.bindings.orders`: `"‹orders table›.name"` is added');
    assert.match(made.markdown, /Resources: \*\*2 changed\*\*\. Compared with the merge base with main/);
    assert.match(made.markdown, /```mermaid\nflowchart LR\n(.*\n)* {2}appendAudit -\.->\|"reads"\| orders_table\n/);
    assert.doesNotMatch(made.markdown, /\[!CAUTION\]|may no longer/);
    assert.equal(made.failed, false);
  });

  it("reports that a renamed queue is lost with its messages, and how to keep it", async () => {
    repository.change("index.ts", ['new QueueConsumer("fulfilment"', 'new QueueConsumer("reservations"']);
    const made = await run();
    const shown =
      /<!-- from packages\/review\/test\/review\.test\.ts -->\n\n````markdown\n(.*?)````/s.exec(
        read("docs/review.md"),
      )?.[1] ?? "";
    assert.ok(shown.includes("[!CAUTION]"));
    for (const line of shown.trim().split("\n")) has(made, line);
    has(
      made,
      "> - `fulfilment queue` is **deleted**, with the messages in it. `reservations queue` is added and looks " +
        'like it: if it was renamed, `aliases: [{ name: "fulfilment" }]` on `reservations queue consumer` keeps it.',
    );
    has(made, "- `function fulfilment` is gone, with all that it was granted");
    has(made, "- `reservations queue` (`aws:sqs:Queue`, in `reservations queue consumer`)");
  });

  it("shows the program's own error for a batch size beyond the limit", async () => {
    repository.change("index.ts", [
      /(new QueueConsumer\("fulfilment",[\s\S]*?)\n\}\);/,
      "$1\n  batchSize: 20_000,\n});",
    ]);
    const made = await run();
    has(made, "### The program cannot be evaluated");
    has(
      made,
      'QueueConsumer "fulfilment": batchSize is 20000 records; Lambda allows a whole number from 1 to 10000 records.',
    );
    assert.equal(made.failed, true);
  });

  it("reports what Pulumi refuses in Pulumi.yaml, and compares with a base that it refuses", async () => {
    const items = "    items:\n      type: string\n";
    repository.change("Pulumi.yaml", [items, ""]);
    const made = await run();
    has(made, "### The program cannot be evaluated");
    has(
      made,
      "Pulumi.yaml: the configuration key alarmEmails is an array without items; give it items, as { " +
        "type: string }.",
    );
    assert.equal(made.failed, true);
    repository.git("commit", "--quiet", "--all", "--message=Unreadable");
    repository.change("Pulumi.yaml", ["    type: array\n", `    type: array\n${items}`]);
    try {
      const fixed = await run("HEAD");
      assert.match(fixed.markdown, /\nNo resource changes\. Compared with `HEAD`/);
      assert.equal(fixed.failed, false);
    } finally {
      repository.git("reset", "--quiet", "--hard", "HEAD~1");
    }
  });

  it("compares with an empty stack where the base has no such stack, and says so", async () => {
    repository.git("mv", "Pulumi.dev.yaml", "Pulumi.other.yaml");
    repository.git("commit", "--quiet", "--message=Without dev");
    repository.git("mv", "Pulumi.other.yaml", "Pulumi.dev.yaml");
    try {
      const made = await run("HEAD");
      has(made, "The base has no `Pulumi.dev.yaml`, so no stack `dev` to compare with: all of it is new here.");
      assert.match(made.markdown, /Resources: \*\*\d+ added\*\*\./);
    } finally {
      repository.git("reset", "--quiet", "--hard", "HEAD~1");
    }
  });

  it("refuses a base that does not exist, and leaves nothing behind", async () => {
    await assert.rejects(run("no-such-branch"), /There is no commit "no-such-branch"; fetch it/);
    await assert.rejects(run("--help"), /There is no commit "--help"/);
  });
});
