// The poster of comments as the workflows run it: a process of its own, against a server that answers like GitHub's
// API.
// Longer than 250 lines because every answer of GitHub and every trick of a stranger has its case here.
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";

interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
}

const sha = "a".repeat(40);
const fork = { full_name: "somebody/pipeline", owner: { login: "somebody" } };
const run = {
  id: 77,
  event: "pull_request",
  path: ".github/workflows/review.yml",
  head_sha: sha,
  head_branch: "more & faster",
  head_repository: fork,
};

describe("the comment on a pull request", () => {
  let folder: string;
  let server: Server;
  let comments: Comment[];
  let pulls: unknown[];
  let requests: string[];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "comment-"));
    comments = [];
    pulls = [{ number: 12, head: { sha, repo: fork } }];
    requests = [];
    server = createServer(async (request, response) => {
      const body = await text(request);
      const { pathname, searchParams } = new URL(request.url ?? "", "http://github");
      requests.push(`${request.method} ${pathname}`);
      assert.equal(request.headers.authorization, "Bearer t0ken");
      const answer = (value: unknown, status = 200) => response.writeHead(status).end(JSON.stringify(value));
      if (pathname === "/repos/ours/pipeline/pulls") {
        return answer(searchParams.get("head") === "somebody:more & faster" ? pulls : []);
      }
      if (pathname === "/repos/ours/pipeline/issues/12/comments" && request.method === "GET") {
        const from = (Number(searchParams.get("page")) - 1) * 100;
        return answer(comments.slice(from, from + 100));
      }
      if (pathname === "/repos/ours/pipeline/issues/12/comments") {
        const comment = {
          id: comments.length + 1,
          body: JSON.parse(body).body,
          user: { login: "github-actions[bot]" },
        };
        comments.push(comment);
        return answer(comment, 201);
      }
      const changed = comments.find(({ id }) => pathname === `/repos/ours/pipeline/issues/comments/${id}`);
      if (changed === undefined || request.method !== "PATCH") return answer({ message: "Not Found" }, 404);
      changed.body = JSON.parse(body).body;
      return answer(changed);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
  });

  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function post(kind: string, event: unknown, file: string, stack = "dev") {
    const eventFile = path.join(folder, "event.json");
    writeFileSync(eventFile, JSON.stringify(event));
    const script = path.join(__dirname, "../../../tools/github/comment.ts");
    const child = spawn(process.execPath, ["--no-warnings", "--experimental-strip-types", script, kind, file], {
      env: {
        GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        GITHUB_EVENT_PATH: eventFile,
        GITHUB_REPOSITORY: "ours/pipeline",
        GITHUB_RUN_ID: "99",
        GITHUB_SERVER_URL: "https://github.example",
        GITHUB_TOKEN: "t0ken",
        STACK: stack,
      },
    });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { out, err, code };
  }

  function written(content: string, name = "text.md"): string {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  }

  const review = (content: string, of: unknown = run) => post("review", { workflow_run: of }, written(content));
  const preview = (content: string, stack = "dev") =>
    post("preview", { pull_request: { number: 12, head: { sha, repo: fork } } }, written(content), stack);

  it("is created once for each stack, and updated from then on", async () => {
    assert.equal((await preview("+ aws:sqs:Queue", "dev")).code, 0);
    assert.equal((await preview("+ aws:kms:Key", "prod")).code, 0);
    const again = await preview("no changes", "dev");
    assert.equal(again.out, "Updated on pull request 12.\n", again.err);
    assert.deepEqual(
      comments.map(({ body }) => body),
      [
        `<!-- spillway-preview: dev -->\n### pulumi preview: dev\n\nof ${sha} · [run](https://github.example/ours/pipeline/actions/runs/99)\n\n\`\`\`text\nno changes\n\`\`\`\n`,
        `<!-- spillway-preview: prod -->\n### pulumi preview: prod\n\nof ${sha} · [run](https://github.example/ours/pipeline/actions/runs/99)\n\n\`\`\`text\n+ aws:kms:Key\n\`\`\`\n`,
      ],
    );
  });

  it("is found behind a hundred others, and another author's comment with the same marker is never used", async () => {
    for (let id = 1; id <= 120; id++) {
      comments.push({ id, body: "<!-- spillway-review: all stacks -->\nmine", user: { login: "somebody" } });
    }
    assert.match((await review("first")).out, /Posted on pull request 12/);
    assert.match((await review("second")).out, /Updated on pull request 12/);
    assert.equal(comments.length, 121);
    assert.match(comments[120]?.body ?? "", /second/);
    assert.ok(comments.slice(0, 120).every(({ body }) => body.endsWith("mine")));
  });

  it("keeps what a preview printed inside its fence", async () => {
    await preview("before\n```\n@everyone <!-- spillway-preview: prod -->\n`````\nafter");
    assert.match(comments[0]?.body ?? "", /\n``````text\nbefore\n```\n@everyone .*\n`````\nafter\n``````\n$/);
  });

  const urn = (name: string) =>
    `[urn=urn:pulumi:dev::spillway::spillway:index:QueueConsumer$aws:sqs/queue:Queue::${name}]`;
  const step = (name: string, operation: string) => `  + aws:sqs/queue:Queue: (${operation})\n      ${urn(name)}\n`;
  const finding = (level: string, where: string) =>
    `        - [${level}]  dead-letters  (${where})\n          Give it dead letters.\n`;
  const totals = "Resources:\n    + 230 to create\n    3 unchanged\n";

  it("shows the end of a long preview, its findings and totals, and folds the changes, as far as they fit", async () => {
    const policies = `Policies:\n    ❌ spillway@v0.1.0\n${finding("mandatory", "aws:sqs/queue:Queue: orders")}`;
    const changes = step("orders", "create") + `${"x".repeat(99)}\n`.repeat(2000);
    await preview(`Previewing update (prod):\n${changes}${policies}${totals}`, "prod");
    const body = comments[0]?.body ?? "";
    assert.ok(body.length <= 65_536 && body.length > 60_000, `${body.length} characters`);
    assert.match(
      body,
      /\*\*Cut after \d+ of 2\d{5} characters; the run's artifact has all\.\*\*\n\n```text\nPolicies:\n/,
    );
    assert.ok(
      body.includes(
        `\n\n\`\`\`text\n${policies}${totals.trimEnd()}\n\`\`\`\n\n<details><summary>All that is changed</summary>\n\n`,
      ),
    );
    assert.match(body, /\n```text\nPreviewing update \(prod\):\n[\s\S]*\nx{99}\n```\n\n<\/details>\n$/);
  });

  it("folds the changes of a preview of more than sixty lines, which all fit", async () => {
    const changes = step("orders", "create").repeat(30).trimEnd();
    await preview(`${changes}\n${totals}`);
    assert.ok(
      comments[0]?.body.endsWith(
        `\n\n\`\`\`text\n${totals.trimEnd()}\n\`\`\`\n\n<details><summary>All that is changed</summary>\n\n` +
          `\`\`\`text\n${changes}\n\`\`\`\n\n</details>\n`,
      ),
      comments[0]?.body,
    );
  });

  it("shows a short preview as a whole, and the last lines of a long one that failed", async () => {
    await preview(`${step("orders", "create")}${totals}`);
    assert.match(comments[0]?.body ?? "", /```text\n {2}\+ aws:sqs\/queue:Queue: \(create\)\n[^`]*3 unchanged\n```\n$/);
    await preview(`${"y\n".repeat(100_000)}error: preview failed`);
    assert.match(comments[0]?.body ?? "", /\*\*\n\n```text\n(y\n){1000,2000}error: preview failed\n```\n\n<details>/);
    assert.ok((comments[0]?.body.length ?? 0) <= 65_536);
  });

  it("leaves out, in dev, what the policies advise on resources that the change does not touch", async () => {
    const where = ["orders", "audit", "sweep"].map((name) => `aws:sqs/queue:Queue: ${name}`);
    const [orders = "", audit = "", sweep = ""] = where;
    const findings = [
      finding("advisory", orders),
      finding("advisory", audit),
      finding("mandatory", sweep),
      finding("advisory", "pulumi:pulumi:Stack: spillway-dev"),
      finding("advisory", sweep),
    ];
    const printed = `${step("orders", "update")}${step("sweep", "same")}Policies:\n    ⚠️ spillway@v0.1.0\n${findings.join("")}${totals}`;
    await preview(printed, "dev");
    const shown = comments[0]?.body ?? "";
    const kept = [...shown.matchAll(/- \[(\w+)\] {2}dead-letters {2}\((.*)\)/g)].map(([, level, of]) => [level, of]);
    assert.deepEqual(kept, [
      ["advisory", orders],
      ["mandatory", sweep],
      ["advisory", "pulumi:pulumi:Stack: spillway-dev"],
    ]);
    assert.equal(shown.match(/Give it dead letters/g)?.length, 3);
    assert.match(
      shown,
      /3 unchanged\n\n2 advisory findings on what this change does not touch: see the run's artifact\.\n```/,
    );
    await preview(printed, "prod");
    assert.equal(comments[1]?.body.match(/Give it dead letters/g)?.length, 5);
  });

  it("stays within GitHub's limit when neutralising makes the review longer, and splits no character", async () => {
    await review("@".repeat(60_000) + "💧".repeat(40_000));
    const body = comments[0]?.body ?? "";
    assert.ok(body.length <= 65_536, `${body.length} characters`);
    assert.ok(!/[\ud800-\udbff](?![\udc00-\udfff])/.test(body));
  });

  it("says that there is no output when the run failed before the preview", async () => {
    const pullRequest = { pull_request: { number: 12, head: { sha, repo: fork } } };
    assert.equal((await post("preview", pullRequest, path.join(folder, "none.txt"))).code, 0);
    assert.match(comments[0]?.body ?? "", /pulumi preview was not reached/);
  });

  it("removes from a review what notifies, links, loads, hides or commands", async () => {
    const hostile = [
      "@octocat and &#64;octocat",
      "fixes #12, ours/pipeline#13, GH-14",
      "[click](https://evil.example) ![](http://evil.example/x.png) www.evil.example <https://evil.example>",
      "[ref]: //evil.example",
      "<!-- spillway-preview: prod --> <img src=x> <a href=y>z</a>",
      "/approve",
      "\u202egnp.exe",
    ].join("\n");
    await review(hostile);
    const [head = "", ...lines] = (comments[0]?.body ?? "").split("\n\n").slice(0, 2).join("\n").split("\n").slice(1);
    assert.match(head, /^Review of a{40} .* written by the pull request's own code, without credentials$/);
    assert.deepEqual(
      lines.map((line) => line.replaceAll("\u200b", "|")),
      [
        "@|octocat and &|#|64;octocat",
        "fixes #|12, ours/pipeline#|13, GH-|14",
        "[click]|(https:|//evil.example) ![]|(http:|//evil.example/x.png) www|.evil.example <|https:|//evil.example>",
        "[ref]|: //evil.example",
        "<|!-- spillway-preview: prod --> <|img src=x> <|a href=y>z<|/a>",
        "|/approve",
        "gnp.exe",
        "",
      ],
    );
  });

  it("leaves a review's tables, details and diagrams unchanged", async () => {
    const laidOut = [
      "## dev: 1 to change",
      "| resource | change |",
      "| -------- | ------ |",
      "| `orders` | `batchSize` 10 → 20 &amp; a &#124; b |",
      "<details><summary>Permissions</summary>",
      "</details>",
      "```mermaid",
      'flowchart LR\n  a["orders<br/>queue"]:::changed --> b[("table")]\n  classDef changed fill:#123456,stroke:#9a6700',
      "```",
    ].join("\n");
    await review(`<!-- spillway-review: dev prod -->\n${laidOut}`);
    assert.ok(comments[0]?.body.endsWith(`\n\n${laidOut}\n`), comments[0]?.body);
  });

  it("is not posted for a commit that is the head of no open pull request, or of several", async () => {
    pulls = [
      { number: 12, head: { sha: "b".repeat(40), repo: fork } },
      { number: 13, head: { sha, repo: { ...fork, full_name: "else/pipeline" } } },
    ];
    assert.match((await review("old")).out, /No open pull request is at a{40}/);
    pulls = [12, 13].map((number) => ({ number, head: { sha, repo: fork } }));
    assert.match((await review("twice")).out, /The pull requests 12, 13 are all at a{40}/);
    assert.deepEqual([...new Set(requests)], ["GET /repos/ours/pipeline/pulls"]);
  });

  it("refuses a run of another workflow or event, whatever its name", async () => {
    for (const other of [{ path: ".github/workflows/mine.yml" }, { event: "push" }]) {
      const { code, err } = await review("hello", { ...run, ...other });
      assert.equal(code, 1);
      assert.match(err, /A review comes from review\.yml for a pull request/);
    }
    assert.deepEqual(requests, []);
  });

  it("refuses an artifact that is a link, or far too large", async () => {
    const link = path.join(folder, "link.md");
    symlinkSync(written("secret", "secret"), link);
    const linked = await post("review", { workflow_run: run }, link);
    assert.deepEqual([linked.code, /link\.md is not a file/.test(linked.err)], [1, true]);
    const large = await review("x".repeat(5_000_000));
    assert.deepEqual([large.code, /has 5000000 bytes/.test(large.err)], [1, true]);
    assert.deepEqual(requests, []);
  });

  it("posts nothing when the review failed", async () => {
    const { code, out } = await post("review", { workflow_run: run }, path.join(folder, "none.md"));
    assert.deepEqual([code, out], [0, "::notice::Nothing is posted. The run wrote no review: its log says why.\n"]);
  });

  it("reports what GitHub refused, and its usage", async () => {
    const other = { pull_request: { number: 404, head: { sha, repo: fork } } };
    const { code, err } = await post("preview", other, written("x"));
    assert.equal(code, 1);
    assert.match(err, /GitHub answered 404 to GET issues\/404\/comments/);
    assert.equal((await post("post", {}, written("x"))).code, 2);
  });
});
