import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { GetFunctionCommand } from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { evaluateProgram } from "@spillway/graph";
import { Run } from "../../../../test/support/run";
import { alive, descendants, endAll, foldersOf, Start } from "../../../../test/support/start";
import { until } from "../../../../test/support/until";

const root = path.resolve(__dirname, "..", "..", "..", "..");
/** Below the root, where the packages that the program imports are found. */
const folders = path.join(root, ".spillway", "watched");

describe("spillway start --watch", () => {
  let folder: string;
  let run: Run | undefined;
  const said: string[] = [];

  const program = () => path.join(folder, "program.ts");
  const read = (name: string) => readFileSync(path.join(folder, name), "utf8");
  const save = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  /** As editors do that never leave half a file. */
  const saveByRename = (name: string, text: string) => {
    save(`${name}~`, text);
    renameSync(path.join(folder, `${name}~`), path.join(folder, name));
  };
  const hasSaid = (pattern: RegExp) =>
    until(() => said.some((line) => pattern.test(line))).catch(() =>
      assert.fail(`nobody said ${pattern}, but:\n${said.join("\n")}`),
    );
  const start = async () => {
    // As many at a time as leave an environment to each function.
    run = await Run.start({ program: program(), watch: true, concurrency: 2, say: (line) => void said.push(line) });
    return run;
  };
  /** The process ids of a function's environments. */
  const pidsOf = (name: string) =>
    run?.local.processes.filter(({ functionName }) => functionName.startsWith(`${name}-`)).map(({ pid }) => pid) ?? [];
  const labelOf = async (id: string) => {
    await until(async () => (await run?.item("keptTable", { id })) !== undefined);
    return (await run?.item("keptTable", { id }))?.by;
  };
  const isEmpty = async (queue: string) => {
    const { Attributes = {} } =
      (await run?.sqs.send(new GetQueueAttributesCommand({ QueueUrl: run.output(queue), AttributeNames: ["All"] }))) ??
      {};
    return Attributes.ApproximateNumberOfMessages === "0" && Attributes.ApproximateNumberOfMessagesNotVisible === "0";
  };
  /** What runs is what would be uploaded now. */
  const assertAsUploaded = async (name: string) => {
    const { resources } = await evaluateProgram({ program: program(), stack: "dev" });
    const uploaded = resources.find((each) => each.type === "aws:lambda/function:Function" && each.name === name);
    const { archive } = (uploaded?.inputs.code ?? {}) as { archive?: string };
    const sha256 = createHash("sha256")
      .update(readFileSync(path.join(folder, archive ?? "no archive")))
      .digest("base64");
    const FunctionName = String(uploaded?.outputs.name);
    const { Configuration } = (await run?.lambda.send(new GetFunctionCommand({ FunctionName }))) ?? {};
    assert.equal(Configuration?.CodeSha256, sha256);
  };

  beforeEach(() => {
    mkdirSync(folders, { recursive: true });
    folder = mkdtempSync(`${folders}${path.sep}`);
    cpSync(path.join(__dirname, "..", "fixtures", "watched"), folder, { recursive: true });
    save("tsconfig.json", '{ "extends": "../../../tsconfig.json" }');
    said.length = 0;
  });
  afterEach(async () => {
    await run?.stop();
    run = undefined;
    await endAll();
    rmSync(folder, { recursive: true });
  });

  it("runs each saved version while messages arrive: none is lost, and the other functions stay", async () => {
    const { sqs, output, items } = bound(await start());
    await (run as Run).send("stillUrl", { id: "warm" });
    await until(() => pidsOf("still").length === 1);
    const still = pidsOf("still");

    let count = 0;
    let isSending = true;
    const send = async () => {
      while (isSending) {
        const ids = Array.from({ length: 10 }, () => `m-${count++}`);
        await sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: output("changingUrl"),
            Entries: ids.map((id) => ({ Id: id, MessageBody: JSON.stringify({ id }) })),
          }),
        );
        // The pool may end what has rested for a minute, which is soon over on a slow machine.
        if (await isEmpty("stillUrl")) await (run as Run).send("stillUrl", { id: "again" });
        // Some hundred are under way all the time.
        await labelOf(`m-${Math.max(0, count - 200)}`);
      }
    };
    const sending = send();
    const isSeen = async (label: string) => (await labelOf(`m-${count - 1}`)) === label;
    try {
      await until(() => isSeen("first"));
      for (const [index, label] of ["second", "third", "fourth", "fifth", "sixth"].entries()) {
        (index % 2 === 0 ? save : saveByRename)("label.ts", `export const label = ${JSON.stringify(label)};\n`);
        await until(() => isSeen(label));
      }
    } finally {
      isSending = false;
      await sending;
    }
    await until(() => isEmpty("changingUrl"));
    const kept = await items("keptTable");
    assert.equal(kept.length, count);
    assert.deepEqual([...new Set(kept.map(({ by }) => by))].sort(), [
      "fifth",
      "first",
      "fourth",
      "second",
      "sixth",
      "third",
    ]);
    assert.ok(await isEmpty("changingDeadLettersUrl"), "nothing is a dead letter");
    assert.deepEqual(pidsOf("still"), still);
    assert.match(
      said.filter((line) => line.startsWith("reloaded")).join("\n"),
      /^reloaded {2}changing \(label\.ts\) in \d+ ms(\n|$)/,
    );
    assert.deepEqual(
      said.filter((line) => line.startsWith("reloaded") && /still|inline/.test(line)),
      [],
    );
    await assertAsUploaded("changing");
  });

  it("keeps the old code when a saved file cannot be built, reports where, and runs the next good one", async () => {
    const { send } = bound(await start());
    save("label.ts", 'import { word } from "./word";\nexport const label = word;\n');
    await hasSaid(
      /^not reloaded {2}changing: esbuild refuses it:[\s\S]*Could not resolve "\.\/word"[\s\S]*label\.ts:1:21/,
    );
    await hasSaid(/The old code keeps running\./);
    await send("changingUrl", { id: "one" });
    assert.equal(await labelOf("one"), "first");

    // The file that was missing comes, and is watched from then on; also where it is wrong itself.
    save("word.ts", 'export const word = "unended;\n');
    await hasSaid(/Unterminated string literal[\s\S]*word\.ts:1/);
    save("word.ts", 'export const word = "second";\n');
    await hasSaid(/^reloaded {2}changing \(.*word\.ts\) in/);
    await send("changingUrl", { id: "two" });
    assert.equal(await labelOf("two"), "second");
    await assertAsUploaded("changing");
  });

  it("reports that a restart is needed where more than code has changed, and that it is not once that is reverted", async () => {
    const { send } = bound(await start());
    const before = read("program.ts");
    save("program.ts", `${before}// A comment changes nothing.\n`);
    await hasSaid(/^unchanged {2}program\.ts: the program asks for what runs$/);

    save(
      "program.ts",
      `${before.replace("{ callback: rest }", "{ callback: rest, timeout: 7 }")}new aws.sqs.Queue("more");\n`,
    );
    await hasSaid(
      /^restart needed {2}program\.ts: the program now asks for \+ aws:sqs\/queue:Queue "more"; ~ aws:sqs\/queue:Queue "still" \(visibilityTimeoutSeconds\); ~ aws:lambda\/function:Function "still" \(environment, timeout\)\. Restart/,
    );

    // Also with a function that is not there before a restart, and whose bundle is concerned.
    save(
      "program.ts",
      `${before}new QueueConsumer("more", { callback: keep, bindings: { kept: writeTable(kept) } });\n`,
    );
    await hasSaid(
      /^restart needed {2}program\.ts: the program now asks for \+ spillway:index:QueueConsumer "more"; .* and \d+ more\. Restart/,
    );
    save("label.ts", 'export const label = "second";\n');
    await hasSaid(/^reloaded {2}changing \(label\.ts\) in/);

    save("Pulumi.dev.yaml", "config:\n  aws:region: nowhere\n  other: [1\n");
    await hasSaid(/^The program cannot be evaluated: [\s\S]*The running code and resources do not change\.$/);
    save("Pulumi.dev.yaml", "config:\n  aws:region: eu-west-1\n");
    save("program.ts", before);
    await hasSaid(/^The program matches the running resources again/);
    await send("changingUrl", { id: "one" });
    assert.equal(await labelOf("one"), "second");
    assert.equal(said.filter((line) => /^(not )?reloaded|cannot be reloaded/.test(line)).length, 1);
  });

  it("evaluates the program to reload a callback that no module exports, or that has another name", async () => {
    const { send, lines } = bound(await start());
    const before = read("program.ts");
    save("program.ts", before.replace("inline one", "inline two"));
    await hasSaid(/^reloaded {2}inline \(program\.ts\) in \d+ ms$/);
    await hasSaid(/^inline: no module exports the callback, so the program has to be evaluated/);
    await send("inlineUrl", { id: "i-1" });
    await until(() => lines.some((line) => line.includes("inline two has i-1")));

    save("program.ts", before.replace("{ keep }", "{ keepIt }").replace("callback: keep,", "callback: keepIt,"));
    save("keep.ts", read("keep.ts").replace("const keep =", "const keepIt =").replace("by: label", 'by: "renamed"'));
    await hasSaid(/^reloaded {2}changing, inline \((program|keep)\.ts, (program|keep)\.ts\)/);
    await send("changingUrl", { id: "one" });
    assert.equal(await labelOf("one"), "renamed");
    await assertAsUploaded("changing");
    await assertAsUploaded("inline");
    assert.deepEqual(
      said.filter((line) => line.startsWith("not reloaded")),
      [],
    );
  });

  it("writes one line on stdout with --json, and leaves nothing behind on Ctrl-C, even during an evaluation", async () => {
    const started = new Start(["--port", "0", "--json", "--watch", "--program", program()]);
    await started.ready();
    save("label.ts", 'export const label = "second";\n');
    await until(() => /reloaded {2}changing \(label\.ts\) in \d+ ms/.test(started.stderr));
    // A child of the run evaluates the program, another builds.
    await until(() => descendants(started.pid).some((pid) => commandOf(pid).includes("child.ts")));
    const processes = descendants(started.pid);
    assert.ok(processes.some((pid) => commandOf(pid).includes("esbuild")));
    started.kill("SIGINT");
    assert.equal(await started.ended, 130);
    assert.equal(started.stdout.split("\n").length, 2);
    await until(() => processes.filter(alive).length === 0);
    assert.deepEqual(foldersOf(started.pid), []);
  });
});

/** The methods of a run, to be taken apart. */
function bound(run: Run) {
  return {
    sqs: run.sqs,
    lines: run.lines,
    output: run.output.bind(run),
    items: run.items.bind(run),
    send: run.send.bind(run),
  };
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
