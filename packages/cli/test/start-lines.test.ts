// What `spillway start` prints when it is ready, beside what it has created: each note of its own, and at most 40 lines
// in all.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import * as path from "node:path";
import { endAll, Start } from "../../../test/support/start";

const repository = path.resolve(__dirname, "..", "..", "..");

const callbacks = `import { callback } from "spillway/callback";
import * as v from "valibot";
export const note = callback(v.object({ id: v.string() }), () => () => {});
`;
const program = `import * as aws from "@pulumi/aws";
import { HttpIngress, QueueConsumer, secret } from "spillway";
import { note } from "./note";
new aws.sfn.StateMachine("flow", { roleArn: "arn:aws:iam::000000000000:role/flow", definition: "{}" });
for (const name of ["orders", "notices"]) {
  const parameterArn = \`arn:aws:ssm:eu-west-1:000000000000:parameter/shop/\${name}\`;
  const consumer = new QueueConsumer(name, { callback: note, bindings: { key: secret({ parameterArn }) } as never });
  new HttpIngress(name, { routes: { [\`POST /\${name}\`]: consumer }, public: true });
}
for (let index = 0; index < 20; index += 1) {
  new aws.sqs.Queue(\`queue-\${index}\`);
  exports[\`output\${index}\`] = index;
}
`;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}

describe("the lines of a start", () => {
  let folder: string;
  let port: number;
  let lines: readonly string[];
  before(async () => {
    // Below the repository, where the packages are found.
    mkdirSync(path.join(repository, ".spillway"), { recursive: true });
    folder = mkdtempSync(path.join(repository, ".spillway", "start-lines-"));
    const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
    write("index.ts", program);
    write("note.ts", callbacks);
    write("Pulumi.yaml", "name: notes\nruntime: nodejs\n");
    write("Pulumi.dev.yaml", "config:\n  aws:region: eu-west-1\n");
    port = await freePort();
    const file = path.join(folder, "index.ts");
    const start = new Start(["--port", "0", "--json", "--watch", `--inspect=${port}`, "--program", file]);
    await start.ready();
    lines = start.stderr.trimEnd().split("\n");
  });
  after(async () => {
    await endAll();
    rmSync(folder, { recursive: true });
  });

  it("are 40 at most, with a line for each note", () => {
    const notes = [
      /^Not created here, because the local run does not have their types: aws:sfn\/stateMachine:StateMachine "flow"/,
      /^The parameter "\/shop\/notices", the parameter "\/shop\/orders" have no value here/,
      /^orders, notices are not in the output deadLetters: /,
      /^Debuggers attach to 127\.0\.0\.1: /,
      /^Watching: /,
    ];
    for (const note of notes) assert.equal(lines.filter((line) => note.test(line)).length, 1, String(note));
    assert.equal(lines.filter((line) => line.startsWith("  curl ")).length, 2);
    assert.ok(lines.length <= 40, `${lines.length} lines:\n${lines.join("\n")}`);
  });

  it("name the port on which each function listens for a debugger", async () => {
    assert.ok(
      lines.includes(`Debuggers attach to 127.0.0.1: orders ${port}, notices ${port + 1}. No function times out.`),
    );
    for (const each of [port, port + 1]) {
      const [{ webSocketDebuggerUrl }] = (await (await fetch(`http://127.0.0.1:${each}/json/list`)).json()) as [
        { readonly webSocketDebuggerUrl: string },
      ];
      assert.ok(webSocketDebuggerUrl.startsWith(`ws://127.0.0.1:${each}/`));
    }
  });
});
