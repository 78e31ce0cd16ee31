// A program that exports the dead letters of one consumer and forgets those of the others.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { endAll, Spillway, Start } from "../../../test/support/start";
import { until } from "../../../test/support/until";

const repository = path.resolve(__dirname, "..", "..", "..");

const callbacks = `import { callback } from "spillway/callback";
import * as v from "valibot";
export const note = callback(v.object({ id: v.string() }), () => () => {});
`;
const program = `import { QueueConsumer, Topic } from "spillway";
import { note } from "./note";
const storing = new QueueConsumer("invoices", { callback: note });
new QueueConsumer("notices", { callback: note });
new Topic("stored");
export const deadLetters = { stored: storing.deadLetters };
`;

describe("dead letters that the program does not export", () => {
  let folder: string;
  let start: Start;
  let port: string;
  let outputs: string;
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  const spillway = async (line: string, env: NodeJS.ProcessEnv = {}) => {
    const command = new Spillway(line.split(" "), { cwd: folder, env });
    const code = await command.ended;
    return { code, stdout: command.stdout, stderr: command.stderr };
  };
  before(async () => {
    // Below the repository, where the packages are found.
    mkdirSync(path.join(repository, ".spillway"), { recursive: true });
    folder = mkdtempSync(path.join(repository, ".spillway", "not-exported-"));
    write("index.ts", program);
    write("note.ts", callbacks);
    write("Pulumi.yaml", "name: notes\nruntime: nodejs\n");
    write("Pulumi.dev.yaml", "config:\n  aws:region: eu-west-1\n");
    write("wrong.json", "{}");
    start = new Start(["--port", "0", "--json", "--program", path.join(folder, "index.ts")]);
    const ready = await start.ready();
    port = new URL(ready.address).port;
    outputs = path.join(folder, "outputs.json");
    write("outputs.json", JSON.stringify(ready.outputs));
  });
  after(async () => {
    await endAll();
    rmSync(folder, { recursive: true });
  });

  it("are named at the start of the local run, with what to export", () => {
    const line =
      "notices, stored are not in the output deadLetters: against AWS, spillway dlq, send and tail do not see them. " +
      "Add them: export const deadLetters = { …, notices: <its component>.deadLetters, " +
      "stored: <its component>.deadLetters }\n";
    assert.ok(start.stderr.includes(line), start.stderr);
  });

  it("are there for the commands all the same, by the component's name", async () => {
    const sent = await spillway(`send notices --body wrong.json --no-check --port ${port}`);
    assert.equal(sent.code, 0, sent.stderr);
    await until(() => /✗ notices .*dead-lettered/.test(start.stderr));
    const list = await spillway(`dlq list --port ${port}`);
    assert.equal(list.code, 0, list.stderr);
    assert.match(list.stdout, /^1 dead letter in the local run, in 1 of 3 queues\.\n\nnotices \(queue\): 1\n/);
    assert.match(list.stdout, new RegExp(`\\nNext: npx spillway dlq show notices --port ${port} `));
    const show = await spillway(`dlq show notices --port ${port}`, { npm_config_user_agent: "pnpm/10.34.9 npm/?" });
    assert.match(show.stdout, /^InvalidEvent: .*\n {2}id +[0-9a-f-]{36}\n/s);
    assert.match(show.stdout, /\nNext: pnpm exec spillway dlq rehearse notices /);
  });

  it("leave its name to what is exported", async () => {
    // Its component has another name.
    const sent = await spillway(`send stored --set id="i-1" --port ${port}`);
    assert.equal(sent.code, 0, sent.stderr);
    const unknown = await spillway(`dlq show other --port ${port}`);
    assert.equal(unknown.stderr, 'There is no consumer "other". The stack has: stored, notices, topic.stored.\n');
  });

  it("are not known of a deployed stack, and the error says what to export", async () => {
    const unknown = await spillway(`dlq show notices --outputs ${outputs}`);
    assert.equal(unknown.code, 1);
    assert.match(
      unknown.stderr,
      /There is no consumer "notices"\. The stack has: stored\. If the program has it, export its dead letters: `export const deadLetters = \{ …, notices: <the consumer's variable>\.deadLetters \}`, and deploy\.$/m,
    );
  });
});
