import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { readProject } from "../../evaluate/project";

describe("a project's configuration", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "spillway-test-"));
    mkdirSync(path.join(root, "programs"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const read = (files: { project?: string; dev?: string }, overrides: Record<string, string> = {}, stack = "dev") => {
    const { project = "name: shop\nruntime: nodejs\n", dev = "config:\n  aws:region: eu-west-1\n" } = files;
    writeFileSync(path.join(root, "Pulumi.yaml"), project);
    writeFileSync(path.join(root, "Pulumi.dev.yaml"), dev);
    return readProject(path.join(root, "programs", "index.ts"), stack, overrides);
  };
  const schema = `name: shop
runtime: nodejs
config:
  pulumi:autonaming: { value: { pattern: "\${name}" } }
  rate: { type: integer, default: 7 }
  open: { type: boolean, default: false }
  names: { type: array, items: { type: string } }
  token: { type: string, secret: true }
`;

  it("has the defaults of Pulumi.yaml, overridden by the stack's values, then by those given", () => {
    const { name, config, autonaming, secretKeys } = read(
      {
        project: schema,
        dev: "config:\n  aws:region: eu-central-1\n  shop:open: true\n  shop:token: t\n  names:\n    - a\n",
      },
      { rate: "9" },
    );
    assert.equal(name, "shop");
    assert.deepEqual(config, {
      "aws:region": "eu-central-1",
      "shop:rate": "9",
      "shop:open": "true",
      "shop:names": '["a"]',
      "shop:token": "t",
    });
    assert.deepEqual(autonaming, { pattern: "${name}" });
    assert.deepEqual(secretKeys, ["shop:token"]);
  });

  it("is refused with all its errors together, each with its fix", () => {
    assert.throws(
      () =>
        read({
          project: schema,
          dev: "config:\n  aws:region: eu-west-1\n  shop:rate: fast\n  shop:open: 3\n  shop:names: [1]\n  shop:token:\n    secure: v1:abc\n",
        }),
      {
        message:
          'The configuration of stack "dev":\n' +
          "  - shop:token is encrypted, and only Pulumi can decrypt it; give its value here with --config " +
          "shop:token=<value>, or in a test with config of startLocal.\n" +
          '  - shop:rate is "fast"; it takes a whole number. Set it with: pulumi config set shop:rate <value>\n' +
          "  - shop:open is 3; it takes a value of type boolean. Set it with: pulumi config set shop:open <value>\n" +
          "  - shop:names is [1]; it takes a value of type array<string>. Set it with: pulumi config set " +
          "shop:names <value>",
      },
    );
    for (const key of ["shop:token", "token"]) {
      const given = read(
        { project: schema, dev: "config:\n  aws:region: eu-west-1\n  shop:token:\n    secure: v1:abc\n" },
        { [key]: "known" },
      );
      assert.equal(given.config["shop:token"], "known");
    }
  });

  it("names the keys that it keeps as plain text: neither those that are secret or encrypted nor unknown ones", () => {
    const { plainKeys } = read(
      {
        project: schema,
        dev: "config:\n  aws:region: eu-west-1\n  token: t\n  own: 1\n  names: [{ secure: v1:abc }]\n  shop:key: { secure: v1:abc }\n",
      },
      { key: "k", other: "o", names: "[]" },
    );
    assert.deepEqual(plainKeys, ["pulumi:autonaming", "shop:rate", "shop:open", "aws:region", "shop:own"]);
  });

  it("reads the region from the environment where the stack has none", () => {
    const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
    try {
      delete process.env.AWS_REGION;
      delete process.env.AWS_DEFAULT_REGION;
      assert.throws(
        () => read({ dev: "config: {}\n" }),
        /aws:region is not set\. Set it with: pulumi config set aws:region/,
      );
      process.env.AWS_REGION = "us-east-2";
      assert.equal(read({ dev: "config: {}\n" }).config["aws:region"], "us-east-2");
    } finally {
      Object.assign(
        process.env,
        AWS_REGION !== undefined && { AWS_REGION },
        AWS_DEFAULT_REGION !== undefined && { AWS_DEFAULT_REGION },
      );
      if (AWS_REGION === undefined) delete process.env.AWS_REGION;
    }
  });

  it("names the existing stacks, and files that cannot be read", () => {
    assert.throws(
      () => read({}, {}, "prod"),
      /There is no stack "prod" \(no Pulumi\.prod\.yaml\); there is dev\. Choose one with --stack/,
    );
    assert.throws(() => read({ dev: "config: [" }), /Pulumi\.dev\.yaml cannot be read: /);
    assert.throws(() => read({ project: "runtime: nodejs\n" }), /Pulumi\.yaml has no name; give the project one/);
    assert.throws(() => readProject("/index.ts", "dev"), /There is no Pulumi\.yaml in \/ or above it/);
  });
});
