// What `spillway start` prints when it is ready, beside what it has created: each note of its own, and at most 40 lines
// in all.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import * as path from "node:path";
import { endAll, Start } from "../../../test/support/start";
import { until } from "../../../test/support/until";

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

/** The first of two ports in succession that nobody listens on. */
async function freePorts(): Promise<number> {
  for (;;) {
    const [first, port] = await listen(0);
    const [second] = await listen(port + 1).catch(() => []);
    for (const server of [first, second]) server?.close();
    if (second !== undefined) return port;
  }
}

const listen = (port: number) =>
  new Promise<readonly [server: Server, port: number]>((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve([server, (server.address() as AddressInfo).port]));
  });

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
    port = await freePorts();
    const file = path.join(folder, "index.ts");
    const start = new Start(["--port", "0", "--json", "--watch", `--inspect=${port}`, "--program", file]);
    await start.ready();
    // Of two pipes, that with the line of `--json` may be read first.
    await until(() => /^Watching: .*\n/m.test(start.stderr), "the last note");
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
      let told = "";
      // The start does not wait for the processes of its functions.
      await until(async () => {
        told = await fetch(`http://127.0.0.1:${each}/json/list`).then(
          (answer) => answer.text(),
          () => "",
        );
        return told !== "";
      }, `a process listens on ${each}`);
      const [{ webSocketDebuggerUrl }] = JSON.parse(told) as [{ readonly webSocketDebuggerUrl: string }];
      assert.ok(webSocketDebuggerUrl.startsWith(`ws://127.0.0.1:${each}/`));
    }
  });
});
