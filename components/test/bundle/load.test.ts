// A new bundle is loaded once: what would die at the start of every function is refused, and nothing else is.
import { strict as assert } from "node:assert";
import { existsSync, rmSync } from "node:fs";
import * as path from "node:path";
import { MadeProject } from "../support/made-project";

describe("a new bundle", () => {
  let project: MadeProject;
  beforeEach(() => {
    project = new MadeProject({ "package.json": "{}" });
  });
  afterEach(() => project.remove());

  it("that fails while loading is refused, with the chain of imports and the line", async () => {
    project.install(
      "broken",
      {},
      { "index.js": "\nclass Mixed extends require('node:os').Missing {}\nexports.x = Mixed;" },
    );
    project.save("callback.ts", 'import { x } from "broken"; export const handler = x;');
    assert.equal(
      await project.refusal("callback"),
      `it fails as soon as it is loaded, as it would at the start of every function:
  TypeError: Class extends value undefined is not a constructor or null
    callback.ts
    → node_modules/broken/index.js:2
  The archive holds one CommonJS file: move into the callback's factory what cannot be done there, or use a package that can be bundled.`,
    );
  });

  it("that fails is refused although it has read variables that libraries probe and functions do not have", async () => {
    const asked = ["NODE_ENV", "DEBUG", "AWS_SDK_UA_APP_ID", "AWS_EXECUTION_ENV", "POWERTOOLS_DEV"];
    project.save(
      "callback.ts",
      `${asked.map((name) => `void process.env.${name};`).join("\n")}\nprocess.exit(1); export {};`,
    );
    assert.match(await project.refusal("callback"), /The code ends the process with code 1/);
  });

  it("that ends the process is refused", async () => {
    project.save("callback.ts", "process.exit(3); export const handler = 1;");
    assert.match(
      await project.refusal("callback"),
      /Error: The code ends the process with code 3[\s\S]*callback\.ts:1/,
    );
  });

  it("that requires a package by a computed name is refused with the fix, although the project has the package", async () => {
    project.install("native-linux", {}, { "index.js": "exports.x = 1;" });
    project.install(
      "native",
      {},
      { "index.js": 'const name = ["native", "linux"].join("-");\nexports.x = require(name).x;' },
    );
    project.save("callback.ts", 'import { x } from "native"; export const handler = x;');
    assert.match(
      await project.refusal("callback"),
      /Cannot find module 'native-linux'\n.*callback\.ts\n.*→ node_modules\/native\/index\.js:2\n.*name it in `external`/,
    );
  });

  it("is refused alone; the others are built", async () => {
    project.save("bad.ts", "const nothing: any = undefined; nothing(); export const handler = 1;");
    // So many that they are loaded in several processes.
    const names = Array.from({ length: 13 }, (_, index) => (index === 8 ? "bad" : `good-${index}`));
    for (const name of names) if (name !== "bad") project.save(`${name}.ts`, `export const handler = "${name}";`);
    const made = await project.make(names);
    assert.deepEqual(
      names.filter((_, index) => made[index] instanceof Error),
      ["bad"],
    );
  });

  it("is not refused because of another bundle's effects on the process", async () => {
    project.save("first.ts", "Array.prototype.at = undefined as any; export const handler = 1;");
    project.save("second.ts", "export const handler = [1].at(0);");
    const made = await project.make(["first", "second"]);
    assert.deepEqual(
      made.map((each) => each instanceof Error),
      [false, false],
    );
  });

  for (const [what, text] of [
    ["lacks an environment variable", 'if (!process.env.API_KEY) throw new Error("API_KEY is missing");'],
    ["lacks credentials", 'if (!process.env.AWS_SESSION_TOKEN) throw new Error("there are no credentials");'],
    ["checks all of its environment", 'if (!{ ...process.env }.API_KEY) throw new Error("API_KEY is missing");'],
    ["starts a process", 'require("node:child_process").execFileSync("true");'],
    ["writes a file", 'require("node:fs").writeFileSync("/tmp/spillway-never-written", "x");'],
    [
      "leaves a promise that rejects, and a timer",
      'void Promise.reject(new Error("later")); setInterval(() => {}, 1000);',
    ],
    ["lacks its settings", 'JSON.parse(process.env.SPILLWAY ?? "none");'],
  ] as const) {
    it(`that ${what} while loading is not refused`, async () => {
      project.save("callback.ts", `${text}\nexport const handler = 1;`);
      await project.bundle("callback");
    });
  }

  it("is loaded without credentials and without this process's environment, and writes nothing", async () => {
    const written = path.join(project.root, "written");
    process.env.SPILLWAY_TEST_SECRET = "secret";
    try {
      project.save(
        "callback.ts",
        `const { AWS_SECRET_ACCESS_KEY, SPILLWAY_TEST_SECRET, HOME } = process.env;
let wrote = false;
try { require("node:fs").writeFileSync(${JSON.stringify(written)}, "x"); wrote = true; } catch {}
if (wrote || AWS_SECRET_ACCESS_KEY || SPILLWAY_TEST_SECRET || HOME) require(["./", "seen"].join(""));
export const handler = 1;`,
      );
      await project.bundle("callback");
      assert.equal(existsSync(written), false);
    } finally {
      delete process.env.SPILLWAY_TEST_SECRET;
    }
  });

  it("is loaded once, and not again while its bytes stay the same", async () => {
    // It loads as long as the file is there.
    const flag = path.join(project.root, "flag");
    const text = `require("node:fs").readFileSync(${JSON.stringify(flag)}); export const handler = 1;`;
    project.save("callback.ts", text);
    project.save("flag", "");
    await project.bundle("callback");
    rmSync(flag);
    project.save("callback.ts", `// Another text, and the same bytes.\n${text}`);
    await project.bundle("callback");
    project.save("callback.ts", `${text} export const more = 2;`);
    assert.match(await project.refusal("callback"), /ENOENT/);
  });
});
