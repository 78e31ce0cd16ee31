import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { readProject } from "../../evaluate/project";
import { projectFaults } from "../../evaluate/project-rules";

const root = path.join(__dirname, "..", "..", "..", "..");

/** What each `pulumi` command says of a Pulumi.yaml with these declarations, and what to do. */
const refused: readonly (readonly [what: string, declaration: string, fault: string])[] = [
  [
    "an array without items",
    "mails: { type: array, default: [] }",
    "mails is an array without items; give it items, as { type: string }.",
  ],
  [
    "an array of arrays without items",
    "mails: { type: array, items: { type: array } }",
    "mails is an array without items; give it items, as { type: string }.",
  ],
  [
    "a type that there is not",
    "rate: { type: number }",
    'rate has the type "number", which Pulumi does not know; allowed are string, integer, boolean, array, object.',
  ],
  [
    "a default of another type",
    "rate: { type: integer, default: fast }",
    'rate has the default "fast", which is not of its type integer.',
  ],
  [
    "a number for text",
    "word: { type: string, default: 7 }",
    "word has the default 7, which is not of its type string.",
  ],
  [
    "an array's default with an entry of another type",
    "mails: { type: array, items: { type: string }, default: [1] }",
    "mails has the default [1], which is not of its type array<string>.",
  ],
  [
    "both a value and a default",
    "rate: { default: 1, value: 2 }",
    "rate has both a value and a default; give one of them.",
  ],
  [
    "an attribute that there is not",
    "rate: { type: integer, minimum: 1 }",
    "rate has an attribute minimum, which Pulumi does not know; allowed are type, items, description, secret, " +
      "default, value.",
  ],
  ["nothing at all", "rate:", "rate has neither a type nor a value; give it one of them, or leave the key out."],
  [
    "a type for another namespace's key",
    "aws:region: { type: string, value: eu-west-1 }",
    "aws:region belongs to another namespace and has a type; leave the type out.",
  ],
  [
    "a default for another namespace's key",
    "aws:region: { default: eu-west-1 }",
    "aws:region belongs to another namespace and has a default; call it value.",
  ],
];

describe("what Pulumi refuses in Pulumi.yaml", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const faults = (text: string) => {
    writeFileSync(path.join(folder, "Pulumi.yaml"), text);
    return projectFaults(folder);
  };

  for (const [what, declaration, fault] of refused) {
    it(`is ${what}`, () => {
      assert.deepEqual(faults(`name: shop\nruntime: nodejs\nconfig:\n  ${declaration}\n`), [
        `Pulumi.yaml: the configuration key ${fault}`,
      ]);
    });
  }

  it("is a project without a name", () => {
    assert.deepEqual(faults("runtime: nodejs\n"), ["Pulumi.yaml has no name; give the project one."]);
  });

  it("does not include what it accepts: each type with its default, short forms, values of other namespaces", () => {
    const config = `
  rate: { type: integer, default: 7 }
  many: { type: integer, default: "7" }
  open: { type: boolean, default: "true" }
  word: { type: string, default: "", secret: true }
  rows: { type: array, items: { type: array, items: { type: integer } }, default: [[1], []] }
  size: { type: object, default: { a: 1 }, description: what it is }
  shop:own: { type: string, default: "" }
  short: 5
  list: [1]
  aws:region: eu-west-1
  aws:defaultTags: { value: { tags: {} } }`;
    assert.deepEqual(faults(`name: shop\nruntime: nodejs\nconfig:${config}\n`), []);
  });

  it("is reported all together", () => {
    const keys = refused.map(
      ([, declaration], index) => `  ${declaration.replace(/^(?=\w+:[ \n]|\w+:$)/, `k${index}`)}`,
    );
    const own = keys.filter((line) => !line.includes("aws:"));
    assert.equal(faults(`name: shop\nconfig:\n${own.join("\n")}\n`).length, own.length);
  });

  it("does not include anything in this project or its stacks", () => {
    assert.deepEqual(projectFaults(root), []);
    const { config } = parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8"));
    assert.deepEqual(config.alarmEmails.items, { type: "string" });
    for (const stack of ["dev", "prod"]) {
      const { config: values } = readProject(path.join(root, "index.ts"), stack);
      assert.equal(values["aws:region"], "eu-west-1");
      const given = Object.keys(parse(readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")).config);
      // Pulumi takes any key of a stack; one that the project does not declare would be read by nobody.
      const declared = [...Object.keys(config).map((key) => `spillway:${key}`), "aws:region", "aws:defaultTags"];
      assert.deepEqual(
        given.filter((key) => !declared.includes(key)),
        [],
      );
    }
  });
});
