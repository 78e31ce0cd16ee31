import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import * as path from "node:path";
import { read } from "../../../test/support/docs-tables";
import { readOptions } from "../../cli/review-options";
import { type Review, review } from "../review";
import { Repository } from "./support/repository";

describe("npm run review", () => {
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
  const run = async (...args: string[]): Promise<Review & { readonly lines: readonly string[] }> => {
    said.length = 0;
    const made = await review(readOptions(args), { cwd: repository.root, say: (line) => void said.push(line) });
    return { ...made, lines: made.markdown.split("\n") };
  };
  const has = ({ lines }: { readonly lines: readonly string[] }, line: string) =>
    assert.ok(lines.includes(line), `no line ${line} in\n${lines.join("\n")}`);

  it("says that nothing changes, of a change that touches nothing", async () => {
    repository.change("index.ts", [/^/, "// A comment.\n"]);
    const made = await run("--base", "HEAD");
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

  it("says what a binding that is added permits", async () => {
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
      "- `function audit` may now read from `orders table`: `dynamodb:GetItem`, `dynamodb:BatchGetItem`, `dynamodb:ConditionCheckItem`, `dynamodb:Query`, `dynamodb:Scan`",
    );
    has(made, '  - `environment.variables.SPILLWAY.bindings.orders`: `"‹orders table›.name"` is added');
    assert.match(made.markdown, /Resources: \*\*2 changed\*\*\. Compared with the merge base with main/);
    assert.match(made.markdown, /```mermaid\nflowchart LR\n(.*\n)* {2}appendAudit -\.->\|"reads"\| orders_table\n/);
    assert.doesNotMatch(made.markdown, /\[!CAUTION\]|may no longer/);
    assert.equal(made.failed, false);
  });

  it("says that a queue that is renamed is lost with its messages, and how it is kept", async () => {
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
      '> - `fulfilment queue` is **deleted**, with the messages in it. `reservations queue` is added and looks like it: if it was renamed, `aliases: [{ name: "fulfilment" }]` on `reservations queue consumer` keeps it.',
    );
    has(made, "- `function fulfilment` is gone, with all that it was granted");
    has(made, "- `reservations queue` (`aws:sqs:Queue`, in `reservations queue consumer`)");
  });

  it("shows the program's own message for a batch size beyond what is allowed", async () => {
    repository.change("index.ts", [
      /(new QueueConsumer\("fulfilment",[\s\S]*?)\n\}\);/,
      "$1\n  batchSize: 20_000,\n});",
    ]);
    const made = await run();
    has(made, "### The program does not evaluate");
    has(
      made,
      'QueueConsumer "fulfilment": batchSize is 20000 records; Lambda allows a whole number from 1 to 10000 records.',
    );
    assert.equal(made.failed, true);
  });

  it("says what Pulumi refuses in Pulumi.yaml, and compares with a base that it refuses", async () => {
    const items = "    items:\n      type: string\n";
    repository.change("Pulumi.yaml", [items, ""]);
    const made = await run();
    has(made, "### The program does not evaluate");
    has(
      made,
      "Pulumi.yaml: the configuration key alarmEmails is an array and does not say of what; give it items, as { type: string }.",
    );
    assert.equal(made.failed, true);
    repository.git("commit", "--quiet", "--all", "--message=Unreadable");
    repository.change("Pulumi.yaml", ["    type: array\n", `    type: array\n${items}`]);
    try {
      const fixed = await run("--base", "HEAD");
      assert.match(fixed.markdown, /\nNo resource changes\. Compared with `HEAD`/);
      assert.equal(fixed.failed, false);
    } finally {
      repository.git("reset", "--quiet", "--hard", "HEAD~1");
    }
  });

  it("compares with nothing where the base has no such stack, and says so", async () => {
    repository.git("mv", "Pulumi.dev.yaml", "Pulumi.other.yaml");
    repository.git("commit", "--quiet", "--message=Without dev");
    repository.git("mv", "Pulumi.other.yaml", "Pulumi.dev.yaml");
    try {
      const made = await run("--base", "HEAD");
      has(made, "The base has no `Pulumi.dev.yaml`, so no stack `dev` to compare with: all of it is new here.");
      assert.match(made.markdown, /Resources: \*\*\d+ added\*\*\./);
    } finally {
      repository.git("reset", "--quiet", "--hard", "HEAD~1");
    }
  });

  it("refuses a base that is not there, and leaves nothing behind", async () => {
    await assert.rejects(run("--base", "no-such-branch"), /There is no commit "no-such-branch"; fetch it/);
    await assert.rejects(run("--base=--help"), /There is no commit "--help"/);
  });

  it("takes its checkout away when it is interrupted, and ends with 130", async () => {
    const cli = path.resolve(__dirname, "..", "..", "cli", "review.ts");
    const child = spawn(
      process.execPath,
      ["-r", require.resolve("ts-node/register/transpile-only"), cli, "--base", "HEAD"],
      {
        cwd: repository.root,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let progress = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      progress += text;
      if (progress.includes("Evaluating")) child.kill("SIGINT");
    });
    const [code] = await once(child, "close");
    assert.equal(code, 130, progress);
  });

  it("ends with 2 and its usage for options that there are not", async () => {
    const cli = path.resolve(__dirname, "..", "..", "cli", "review.ts");
    const child = spawn(process.execPath, [
      "-r",
      require.resolve("ts-node/register/transpile-only"),
      cli,
      "--stacks",
      "dev",
    ]);
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const [code] = await once(child, "close");
    assert.equal(code, 2);
    assert.match(errors, /'--stacks'.*\n\nReviews what a change/s);
  });
});
