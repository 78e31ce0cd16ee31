import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { until } from "../../../test/support/until";
import { managerOf } from "../package-manager";
import { writeProgram } from "../template";

const bin = path.join(__dirname, "..", "bin", "create-spillway.cjs");
const fixture = (name: string) => path.join(__dirname, "fixtures", name);

describe("npm create spillway", () => {
  let folder: string;
  const read = (file: string) => readFileSync(path.join(folder, file), "utf8");
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), "spillway-create-")));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** With a package manager that only says how it was called. */
  function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Called {
    const kept = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
    const child = spawn(
      process.execPath,
      [...(env.OLD_NODE === undefined ? [] : ["-r", fixture("old-node.cjs")]), bin, ...args],
      {
        cwd: folder,
        env: { ...Object.fromEntries(kept), npm_execpath: fixture("package-manager.cjs"), ...env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      },
    );
    return new Called(child);
  }
  const call = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => start(args, env).ended();

  it("makes a program with the name of its folder, installs its packages and says what comes next", async () => {
    const { code, stdout } = await call(["apps/My-Shop"], { NODE_ENV: "production" });
    assert.equal(code, 0);
    assert.match(stdout, /^Created the project my-shop in apps\/My-Shop: \d+ files, template queue\.$/m);
    assert.match(
      stdout,
      new RegExp(`^called with install --loglevel=error in ${path.join(folder, "apps", "My-Shop")}$`, "m"),
    );
    assert.doesNotMatch(stdout, /NODE_ENV/);
    assert.match(stdout, /Next:\n\n {2}cd apps\/My-Shop\n {2}npm test +.*\n {2}npm start +/);
    assert.equal(JSON.parse(read("apps/My-Shop/package.json")).name, "my-shop");
    assert.match(read("apps/My-Shop/Pulumi.yaml"), /^name: my-shop\n/);
    assert.match(read("apps/My-Shop/README.md"), /^# my-shop\n/);
    assert.match(read("apps/My-Shop/.gitignore"), /^node_modules\/$/m);
  });

  it("leaves nothing of the template's own in the program", async () => {
    await call(["shop", "--no-install", "--template", "pipeline"]);
    const files = readdirSync(path.join(folder, "shop"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    assert.ok(files.length > 10);
    for (const file of files) assert.doesNotMatch(readFileSync(file, "utf8"), /\$\{(PROJECT|DESCRIPTION)\}/, file);
    assert.doesNotMatch(read("shop/Pulumi.yaml"), /template|quickstart/);
  });

  it("says the commands of pnpm, which called it, and lets the workflows install with it", async () => {
    const { stdout } = await call(["shop", "--no-install"], {
      npm_config_user_agent: "pnpm/10.34.9 npm/? node/v24.21.0",
    });
    assert.match(stdout, /Next:\n\n {2}cd shop\n {2}pnpm install\n {2}pnpm test/);
    assert.equal(JSON.parse(read("shop/package.json")).packageManager, "pnpm@10.34.9");
    assert.match(read("shop/Pulumi.yaml"), /packagemanager: pnpm\n/);
    assert.match(read("shop/.github/workflows/deploy.yml"), /run: corepack enable && pnpm install --frozen-lockfile\n/);
    for (const file of ["README.md", ".github/workflows/preview.yml", ".github/workflows/deploy.yml"]) {
      assert.doesNotMatch(read(`shop/${file}`), /\b(npm|npx) /, file);
    }
  });

  it("lets yarn 2 and later install into node_modules", async () => {
    await call(["shop", "--no-install"], { npm_config_user_agent: "yarn/4.9.1 npm/? node/v24.21.0" });
    assert.equal(read("shop/.yarnrc.yml"), "nodeLinker: node-modules\n");
    assert.match(read("shop/.gitignore"), /^\.yarn\/$/m);
    assert.match(read("shop/.github/workflows/deploy.yml"), /yarn install --immutable/);
  });

  it("writes nothing into a folder that has something in it, but for a new repository of git", async () => {
    writeFileSync(path.join(folder, "notes.txt"), "mine");
    const { code, stderr } = await call(["."]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /is not empty: it has notes\.txt\. Nothing was written\. Give a folder that is new or empty\./,
    );
    assert.deepEqual(readdirSync(folder), ["notes.txt"]);
    mkdirSync(path.join(folder, "repository", ".git"), { recursive: true });
    assert.equal((await call(["repository", "--no-install"])).code, 0);
    assert.match((await call(["notes.txt"])).stderr, /notes\.txt is a file\./);
  });

  it("leaves the folder empty if it cannot write all files", function () {
    // Linux allows 4,095 characters in a path. This folder has room for .github/workflows, but not for what is in it.
    if (process.platform !== "linux") this.skip();
    let deep = folder;
    while (deep.length < 3900) deep = path.join(deep, "d".repeat(100));
    deep = path.join(deep, "e".repeat(4075 - deep.length - 1));
    mkdirSync(deep, { recursive: true });
    assert.throws(
      () => writeProgram(deep, { template: "queue", name: "shop", manager: managerOf(undefined) }),
      /ENAMETOOLONG/,
    );
    assert.deepEqual(readdirSync(deep), []);
  });

  it("rejects a name that no project can have, with exit code 2", async () => {
    const { code, stderr } = await call(["spillway"]);
    assert.equal(code, 2);
    assert.match(stderr, /depends on a package of this name/);
    assert.equal(existsSync(path.join(folder, "spillway")), false);
    const wrong = await call(["shop", "--template", "pipline"]);
    assert.deepEqual(
      [wrong.code, wrong.stderr.split("\n")[0]],
      [2, 'There is no template "pipline". The templates are queue, stream, pipeline.'],
    );
  });

  it("keeps the program if the installation fails, and says how to repeat it", async () => {
    const { code, stderr } = await call(["shop"], { OUTCOME: "fails" });
    assert.equal(code, 1);
    assert.match(stderr, /npm install has failed, and says why above\. .* Install them with: cd shop && npm install/);
    assert.ok(existsSync(path.join(folder, "shop", "index.ts")));
  });

  it("ends the installation at Ctrl-C, and says how to repeat it", async () => {
    const called = start(["shop"], { OUTCOME: "waits" });
    await until(() => called.stdout.includes("called with install"));
    called.interrupt();
    const { code, stderr } = await called.ended();
    assert.equal(code, 130);
    assert.match(stderr, /Interrupted\. .* Install them with: cd shop && npm install/);
  });

  it("says that Node is too old before it writes anything", async () => {
    for (const [OLD_NODE, agent] of [
      ["18.20.0", "npm/10.8.2 node/v18.20.0"],
      ["20.20.2", "pnpm/10.34.9 npm/? node/v20.20.2"],
    ] as const) {
      const { code, stderr } = await call(["shop"], { OLD_NODE, npm_config_user_agent: agent });
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^Node is ${OLD_NODE}; Spillway needs 22.15 or later. Install Node 24`));
      assert.equal(existsSync(path.join(folder, "shop")), false);
    }
  });
});

/** The command as a process, the first of its group, as in a terminal. */
class Called {
  stdout = "";
  stderr = "";
  readonly #code: Promise<number | null>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.#code = new Promise((resolve) => child.once("close", resolve));
  }

  /** As a terminal sends Ctrl-C: to every process of the group. */
  interrupt(): void {
    process.kill(-(this.child.pid ?? assert.fail("it did not start")), "SIGINT");
  }

  async ended() {
    const code = await this.#code;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}
