// Every rule of .dependency-cruiser.cjs, in a made-up house of this repository's shape in which each is broken once.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const root = path.resolve(__dirname, "..");

/** What each file imports, and the rules that it breaks with that. */
const house: Readonly<Record<string, readonly [imports: readonly string[], broken: readonly string[]]>> = {
  // What everybody may do.
  "index.ts": [["spillway", "spillway/network", "./config/keys", "./functions/note", "@pulumi/pulumi"], []],
  "functions/note.ts": [["spillway/callback", "./contracts/order"], []],
  "functions/contracts/order.ts": [["valibot"], []],
  "config/keys.ts": [["spillway"], []],
  "examples/shop/index.ts": [["spillway", "./functions/note"], []],
  "examples/shop/functions/note.ts": [["spillway/callback"], []],
  "components/index.ts": [["./queue", "@pulumi/pulumi"], []],
  "components/callback.ts": [["./runtime/send"], []],
  "components/network.ts": [["./queue"], []],
  "components/testing.ts": [["@spillway/testing"], []],
  "components/queue.ts": [["./runtime/send", "./syntax/rate", "@pulumi/aws/sqs"], []],
  "components/runtime/send.ts": [["aws4fetch"], []],
  "components/syntax/rate.ts": [["aws-cron-parser", "node:net"], []],
  "components/test/queue.test.ts": [["../queue", "../../test/support/run", "@spillway/graph", "mocha"], []],
  "packages/graph/index.ts": [["yaml"], []],
  "packages/local/run.ts": [["@spillway/graph", "spillway"], []],
  "packages/testing/index.ts": [["@spillway/local", "spillway/callback"], []],
  "packages/policies/index.ts": [["@pulumi/policy"], []],
  "docs/examples/flow.test.ts": [["spillway/testing"], []],
  "templates/queue/index.ts": [["spillway", "./functions/note"], []],
  "templates/queue/functions/note.ts": [["spillway/callback", "valibot"], []],
  "templates/queue/test/queue.test.ts": [["spillway/testing", "type ../index"], []],
  "test/support/run.ts": [["@spillway/local", "../../packages/graph/index"], []],
  "tools/demo/run.ts": [["@spillway/local", "../../config/keys", "@viz-js/viz"], []],

  // What nobody may.
  "components/a.ts": [["type ./b"], ["circle"]],
  // A circle is said once.
  "components/b.ts": [["./a"], []],
  "packages/local/by-path.ts": [["../graph/index"], ["package-by-path"]],
  "tools/demo/by-path.ts": [["../../packages/graph/index"], ["package-by-path-outside"]],
  "packages/graph/upwards.ts": [["../../config/keys"], ["upwards"]],
  "docs/examples/tool.ts": [["@spillway/local"], ["face"]],
  "components/tested.ts": [["@spillway/testing"], ["testing-face"]],
  "functions/tested.ts": [["spillway/testing"], ["callback-alone", "testing-in-tests"]],
  "templates/queue/deep.ts": [["@spillway/local"], ["face"]],
  "templates/queue/functions/component.ts": [["spillway"], ["callback-alone"]],
  "config/deep.ts": [["../components/queue"], ["face", "package-by-path-outside"]],
  "functions/pulumi.ts": [["@pulumi/pulumi"], ["callback-alone"]],
  "functions/component.ts": [["spillway"], ["callback-alone"]],
  "examples/shop/functions/component.ts": [["spillway"], ["callback-alone"]],
  "examples/shop/deep.ts": [["../../components/queue"], ["face", "package-by-path-outside"]],
  "components/runtime/pulumi.ts": [["@pulumi/pulumi"], ["runtime-alone"]],
  "components/runtime/component.ts": [["../queue"], ["runtime-alone"]],
  "components/aws.ts": [["@pulumi/aws"], ["aws-whole"]],
  "components/syntax/component.ts": [["../queue"], ["syntax-alone"]],
  "components/syntax/server.ts": [["node:http"], ["syntax-alone"]],
  "packages/policies/graph.ts": [["@spillway/graph"], ["policies-alone", "undeclared-package-in-@spillway/policies"]],
  "packages/graph/test-imported.ts": [["./test/support/made"], ["test-imported"]],
  "packages/graph/test/support/made.ts": [[], []],
  "packages/local/test/others.test.ts": [["../../graph/test/support/made"], ["package-by-path", "test-of-others"]],
  "test/others.test.ts": [["../packages/graph/test/support/made"], ["test-of-others"]],
  "packages/graph/undeclared.ts": [["ajv"], ["undeclared"]],
  "components/local.ts": [["@spillway/local"], ["undeclared-package-in-spillway"]],
  "functions/development.ts": [["mocha"], ["for-development"]],
};

const importOf = (name: string) =>
  name.startsWith("type ") ? `import type {} from "${name.slice(5)}";` : `import "${name}";`;

describe("the rules about imports", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "spillway-walls-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("allow permitted imports, and each rule reports a forbidden one", () => {
    const packages = ["components", ...readdirSync(path.join(root, "packages")).map((name) => `packages/${name}`)];
    const files = [
      ".dependency-cruiser.cjs",
      "tsconfig.json",
      "package.json",
      ...packages.map((one) => `${one}/package.json`),
    ];
    for (const file of files) cpSync(path.join(root, file), path.join(folder, file), { recursive: true });
    const modules = path.join(folder, "node_modules");
    mkdirSync(path.join(modules, "@spillway"), { recursive: true });
    for (const one of packages) {
      const name = one === "components" ? "spillway" : one.replace("packages", "@spillway");
      symlinkSync(path.join(folder, one), path.join(modules, name));
    }
    const libraries = Object.values(house).flatMap(([imports]) =>
      imports.filter((name) => /^(?!\.|node:|@?spillway)/.test(name)),
    );
    for (const name of libraries) {
      mkdirSync(path.join(modules, name), { recursive: true });
      writeFileSync(path.join(modules, name, "package.json"), JSON.stringify({ name, version: "1.0.0" }));
      writeFileSync(path.join(modules, name, "index.js"), "");
    }
    for (const [file, [imports]] of Object.entries(house)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), `${imports.map(importOf).join("\n")}\nexport {};\n`);
    }

    const cruise = path.join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
    const top = ["index.ts", "config", "functions", "components", "packages", "tools"];
    top.push("templates", "examples", "test", "docs");
    const answer = execFileSync(process.execPath, [cruise, "--output-type", "json", ...top], {
      cwd: folder,
      encoding: "utf8",
      timeout: 240_000,
    });
    const { summary } = JSON.parse(answer) as {
      readonly summary: {
        readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
      };
    };
    const found = Object.keys(house).map((file) => [
      file,
      [...new Set(summary.violations.filter(({ from }) => from === file).map(({ rule }) => rule.name))].sort(),
    ]);
    assert.deepEqual(
      Object.fromEntries(found),
      Object.fromEntries(Object.entries(house).map(([file, [, broken]]) => [file, broken])),
    );
  });
});
