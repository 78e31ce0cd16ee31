// Which program the commands check with and rehearse, where the local run was started with another than index.ts.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { Run } from "../../../test/support/run";
import { endAll, Spillway, Start } from "../../../test/support/start";
import { until } from "../../../test/support/until";
import { programOf } from "../commands/dlq/checkout";

const root = path.resolve(__dirname, "..", "..", "..");
const file = path.join(root, "docs", "examples", "greetings.ts");

describe("with a local run of another program than index.ts", () => {
  let run: Run;
  let folder: string;
  before(async () => {
    // Below the repository, where the packages are found.
    mkdirSync(path.join(root, ".spillway"), { recursive: true });
    folder = mkdtempSync(path.join(root, ".spillway", "user-"));
    writeFileSync(path.join(folder, "index.ts"), "export {};\n");
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    writeFileSync(path.join(folder, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n");
    run = await Run.start({ program: path.relative(process.cwd(), file) });
  });
  afterEach(endAll);
  after(async () => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
    await run?.stop();
  });

  const call = async (args: readonly string[], cwd = root) => {
    const command = new Spillway([...args, "--port", new URL(run.local.address).port], { cwd });
    const code = await command.ended;
    return { code, stdout: command.stdout, stderr: command.stderr };
  };

  it("spillway send, dlq rehearse and dlq edit take the program of the run", async () => {
    for (const more of [[], ["--set", "name=5", "--no-check"]]) {
      const { code, stderr } = await call(["send", "greetings", ...more]);
      assert.equal(code, 0, stderr);
    }
    let letter: string | undefined;
    await until(async () => {
      const QueueUrl = run.output("deadLetterQueueUrl");
      const { Messages } = await run.sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }));
      letter = Messages?.[0]?.MessageId;
      return letter !== undefined;
    });
    const rehearsed = await call(["dlq", "rehearse", "greetings"]);
    assert.match(rehearsed.stdout, /1 still fails with InvalidEvent/, rehearsed.stderr);
    const edited = await call(["dlq", "edit", "greetings", letter ?? "", "--set", 'name="Ada"']);
    assert.equal(edited.code, 0, edited.stderr);
  });

  it("they say which program the run has where it is in another folder", async () => {
    const { code, stderr } = await call(["send", "greetings"], folder);
    assert.equal(code, 1, stderr);
    assert.ok(
      stderr.includes(
        `This takes index.ts of this folder. The local run has ${file}: to take that, give it with --program.`,
      ),
      stderr,
    );
    assert.match(stderr, /has no consumer "greetings"; it has none/);
    const named = await call(["send", "greetings", "--program", file], folder);
    assert.equal(named.code, 0, named.stderr);
  });
});

describe("with a local run that was started with secrets", () => {
  let folder: string;
  before(() => {
    // Below the repository, where the packages are found.
    mkdirSync(path.join(root, ".spillway"), { recursive: true });
    folder = mkdtempSync(path.join(root, ".spillway", "user-"));
    const greetings = JSON.stringify(path.relative(folder, file).replace(/\.ts$/, ""));
    const program = [
      'import * as pulumi from "@pulumi/pulumi";',
      `export * from ${greetings};`,
      'export const length = new pulumi.Config().requireSecret("token").length;',
      'export const id = new pulumi.StackReference("net").requireOutput("id");',
    ];
    writeFileSync(path.join(folder, "index.ts"), `${program.join("\n")}\n`);
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    const config = "config:\n  aws:region: eu-west-1\n  shop:token: { secure: v1:abc }\n";
    writeFileSync(path.join(folder, "Pulumi.dev.yaml"), config);
  });
  afterEach(endAll);
  after(() => rmSync(folder, { recursive: true }));

  it("the run shows none of them, and a command says what to give again", async () => {
    const secrets = ["--config", "token=hush", "--stack-output", "net:id=i-1"];
    const run = new Start(["--port", "0", "--json", "--program", path.join(folder, "index.ts"), ...secrets]);
    const { address, outputs } = await run.ready();
    assert.equal(outputs.id, "i-1");
    assert.deepEqual(await (await fetch(`${address}/_spillway/program`)).json(), {
      ...{ program: path.join(folder, "index.ts"), stack: "dev", config: {} },
      withheld: ["--config token", "--stack-output net:id"],
    });
    const send = async (more: readonly string[]) => {
      const command = new Spillway(["send", "greetings", "--port", new URL(address).port, ...more], { cwd: folder });
      return { code: await command.ended, stderr: command.stderr };
    };
    const without = await send([]);
    assert.equal(without.code, 1);
    assert.match(without.stderr, /^The local run was also started with --config token, --stack-output net:id, /);
    assert.match(without.stderr, /shop:token is encrypted/);
    const { code, stderr } = await send(secrets);
    assert.deepEqual([code, stderr], [0, ""]);
  });
});

describe("the program that a command takes", () => {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const own = {
    program: path.resolve("shop.ts"),
    stack: "test",
    config: { a: "1", b: "1" },
    withheld: [],
  };
  const { withheld: _, ...known } = { ...own, stackOutputs: {} };
  afterEach(() => said.splice(0));

  it("is that of the run, with its stack and configuration, unless options say otherwise", () => {
    const usual = { program: "index.ts", stack: "dev", config: {}, stackOutputs: {} };
    assert.deepEqual(programOf({}, {}, { say }), usual);
    assert.deepEqual(programOf({}, { program: own }, { say }), { ...known, program: "shop.ts" });
    assert.deepEqual(programOf({ program: "./shop.ts", config: { b: "2" } }, { program: own }, { say }), {
      ...{ ...known, program: "./shop.ts" },
      config: { a: "1", b: "2" },
    });
    assert.deepEqual(programOf({ program: "other.ts" }, { program: own }, { say }), { ...usual, program: "other.ts" });
    assert.deepEqual(programOf({ stackConfig: "prod" }, { program: own }, { say }), {
      ...{ ...usual, program: "shop.ts" },
      stack: "prod",
    });
    assert.deepEqual(said, []);
  });

  it("lacks what the run does not tell, which the command says unless options give it", () => {
    const program = { ...own, withheld: ["--config token", "--stack-output net:id"] };
    programOf({ config: { token: "t" }, stackOutput: { net: { id: "i" } } }, { program }, { say });
    programOf({ program: "other.ts" }, { program }, { say });
    programOf({ stackConfig: "prod" }, { program }, { say });
    assert.deepEqual(said, []);
    programOf({}, { program }, { say });
    programOf({ config: { token: "t" } }, { program }, { say });
    const also = "The local run was also started with ";
    assert.deepEqual(said, [
      `${also}--config token, --stack-output net:id, which may be secret, so that it does not tell the values: give them here too if the program needs them.`,
      `${also}--stack-output net:id, which may be secret, so that it does not tell the value: give it here too if the program needs it.`,
    ]);
  });

  it("is not that of a run in another folder", () => {
    for (const program of [path.resolve("..", "shop.ts"), path.resolve("..", "other", "index.ts")]) {
      assert.equal(programOf({}, { program: { ...own, program } }, { say }).program, "index.ts");
    }
    assert.equal(said.length, 2);
    assert.equal(
      programOf({}, { program: { ...own, program: path.resolve("..shop", "index.ts") } }, { say }).stack,
      "test",
    );
  });
});
