// The commands that messages propose: each is accepted as it is printed.
import { strict as assert } from "node:assert";
import type { Filter, Redriven, Rehearsal, ReplayResult, ShownLetter, Stack } from "@spillway/operations";
import { commandLine } from "../command-line";
import {
  describeDiscarded,
  describeEdited,
  describePlan,
  describeRedriven,
  describeRestored,
} from "../letters/changes";
import { describeShown } from "../letters/letter";
import { describePlatform, isRoutine } from "../letters/platform";
import { describeRehearsals } from "../letters/rehearsals";
import { describeReplay } from "../letters/replays";
import { sameLine } from "../letters/same-line";

const consumers = [
  { name: "orders", kind: "queue" },
  { name: "clicks", kind: "stream" },
] as unknown as Stack["consumers"];
const local = { name: undefined, flags: " --port 4000", consumers };
const deployed = { name: "prod", flags: " --stack acme/shop/prod", consumers };

/** The words of each command in the text, as a shell splits them. */
function commandsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/spillway ((?:dlq|tail|send) .*)$/gm)].map(([, line = ""]) =>
    [...line.matchAll(/(?:'[^']*'|\\'|[^\s'])+/g)].map(([word]) => word.replace(/'([^']*)'|\\(')/g, "$1$2")),
  );
}

/** Rejects where the command line refuses a command of the text. Answers the commands. */
async function accepted(text: string): Promise<readonly string[]> {
  const commands = commandsIn(text);
  assert.ok(commands.length > 0, text);
  for (const words of commands) {
    let performed = 0;
    const program = commandLine("0", async () => {
      performed += 1;
    });
    await program.parseAsync(words, { from: "user" });
    assert.equal(performed, 1, words.join(" "));
  }
  return commands.map((words) => words.join(" "));
}

const filter: Filter = {
  reason: ["it's  late", "Timeout"],
  since: new Date("2026-11-29T00:00:00Z"),
  where: [{ path: "items[*].sku", value: "a b" }],
};
const rehearsal = (running?: "same" | "other") =>
  ({
    ...{ consumer: "orders", read: 1, total: 1, complete: true, succeed: 1, fail: 0, letters: [{}], groups: [] },
    ...(running !== undefined && { running }),
  }) as unknown as Rehearsal;

describe("the commands that messages propose", () => {
  it("are the dry run's own with what was missing, before the end of its options", async () => {
    const of = (rawArgs: readonly string[], more: readonly string[]) =>
      sameLine({ parent: { parent: { parent: null, rawArgs } } }, more);
    const dry = ["dlq", "redrive", "notices", "--to", "o's", "--port", "4000"];
    assert.deepEqual(await accepted(of(dry, ["--all", "--yes"])), [
      "dlq redrive notices --to o's --port 4000 --all --yes",
    ]);
    assert.deepEqual(await accepted(of(["dlq", "discard", "--all", "--", "notices"], ["--all", "--yes"])), [
      "dlq discard --all --yes -- notices",
    ]);
    const replay = { consumer: "clicks", dry: true, descriptions: [{}, {}].map(() => ({ what: "a", id: "m" })) };
    const line = of(["dlq", "replay", "clicks", "--id", "m-1", "--keep"], ["--yes"]);
    assert.deepEqual(await accepted(describeReplay(replay as unknown as ReplayResult, deployed, line)), [
      "dlq replay clicks --id m-1 --keep --yes",
    ]);
  });

  it("have the selection of the rehearsal, and say whether the run has the code", async () => {
    const redrive = "dlq redrive orders --port 4000";
    const selected = "--reason it's  late --reason Timeout --since 2026-11-29T00:00:00.000Z --where items[*].sku=a b";
    const same = describeRehearsals([rehearsal("same")], local, filter);
    assert.match(same, /\nThe run has this code already\. Next: npx spillway /);
    assert.deepEqual(await accepted(same), [`${redrive} ${selected} --canary 3`]);
    const other = describeRehearsals([rehearsal("other")], local, {});
    assert.match(
      other,
      /The run has other code of orders than this checkout: start it with --watch, which loads a saved change\./,
    );
    assert.deepEqual(await accepted(other), [`${redrive} --all --canary 3`]);
    const aws = describeRehearsals([rehearsal()], deployed, {});
    assert.match(aws, /Next: deploy this code, then: /);
    assert.deepEqual(await accepted(aws), ["dlq redrive orders --stack acme/shop/prod --all --canary 3"]);
  });

  it("send the letters of a source that is chosen by its name to the consumer's own queue, if it has one", async () => {
    const former = { source: ["former"] };
    const queue = describeRehearsals([rehearsal("same")], local, former);
    assert.deepEqual(await accepted(queue), ["dlq redrive orders --port 4000 --source former --to orders --canary 3"]);
    const stream = describeRehearsals([{ ...rehearsal("same"), consumer: "clicks" }], local, former);
    assert.deepEqual(await accepted(stream), ["dlq redrive clicks --port 4000 --source former --canary 3"]);
  });

  it("are accepted after a redrive, an edit, a discard and a restoration", async () => {
    const done: Redriven = {
      ...{ sent: 3, succeeded: 1, cameBack: 0, unknown: 2, kept: [], doubled: [], to: ["queue a"], byAws: false },
      receivers: ["orders"],
    };
    const open = describeRedriven("orders", done, local);
    assert.match(
      open,
      /^orders: 3 dead letters sent to queue a\. 1 succeeded, 0 came back dead, 2 unknown\.\nUnknown: /,
    );
    assert.deepEqual(await accepted(open), ["tail orders --port 4000 --since 1m"]);
    const succeeded = describeRedriven("orders", { ...done, succeeded: 3, unknown: 0 }, local);
    assert.deepEqual(await accepted(succeeded), ["dlq list orders --port 4000"]);
    const moved = { ...done, byAws: true, inQueue: 1 };
    assert.match(describeRedriven("orders", moved, local), /^About 1 is in the dead-letter queue now\.$/m);
    assert.match(describeRedriven("orders", moved, deployed), / now; SQS's count may be a minute old\.$/m);
    // A topic has no log, and what comes back is where the receiver's dead letters are.
    const other = (unknown: number, cameBack: number) =>
      describeRedriven("news", { ...done, succeeded: 0, unknown, cameBack, receivers: ["others"] }, local);
    assert.deepEqual(await accepted(other(3, 0)), ["tail others --port 4000 --since 1m"]);
    assert.deepEqual(await accepted(other(0, 3)), ["dlq list news others --port 4000"]);
    const sent = { to: "queue a", receiver: "others", recordId: "m", linked: true, deleted: true };
    const edited = { result: "sent", ...sent } as const;
    assert.deepEqual(await accepted(describeEdited("orders", "m-1", edited, local)), [
      "tail others --port 4000 --since 1m",
    ]);
    const file = "my  letters.jsonl";
    const discarded = { discarded: 1, left: [], file };
    assert.deepEqual(await accepted(describeDiscarded("news", discarded, { ...deployed, audit: false })), [
      `dlq restore ${file} --stack acme/shop/prod --no-audit`,
    ]);
    const restored = { restored: 1, ids: [], failed: [], nextLine: 2 };
    assert.deepEqual(await accepted(describeRestored(file, restored, { ...deployed, audit: true })), [
      `dlq restore ${file} --stack acme/shop/prod --from-line 2`,
    ]);
  });

  it("are whole where a plan says why some stay, which are counted apart from those that would be sent", async () => {
    const command = "dlq replay clicks --stack acme/shop/prod";
    const stays = `It describes a batch and holds no record. Read the records again with: npx spillway ${command}`;
    const groups = [
      { errorType: "Refused", count: 1, to: "function clicks" },
      { errorType: "RetryAttemptsExhausted", count: 2, to: `stays: ${stays}`, stays },
    ];
    const plan = describePlan("clicks", { count: 1, stay: 2, read: 3, ids: ["m-1"], groups }, "send", deployed);
    assert.deepEqual(await accepted(plan), [command]);
    assert.match(plan, / 1 {6}Refused .* function clicks\n {2}2 {6}RetryAttemptsExhausted {2}stays\n {9}It describes /);
    assert.match(plan, /^clicks: would send 1 dead letter, and 2 would stay\. Nothing was changed\.$/m);
  });

  it("are whole where it is said whose other letters are", () => {
    const plan = { count: 0, stay: 0, read: 1, ids: [], groups: [], others: [{ count: 1 }] };
    const flags = " --stack acme/shop/a-rather-long-name-of-a-stack";
    const text = describePlan("orders", plan, "send", { flags });
    assert.ok(text.includes(`\n\`npx spillway dlq show orders${flags}\` says`), text);
  });

  it("speak of the run where the letters are in it, and of a deployment otherwise", async () => {
    const letter = {
      ...{ id: "m", consumer: "orders", kind: "reason", errorType: "E", errorMessage: "e", attributes: {}, body: "" },
      ...{ sentAt: "2026-11-29T00:00:00Z", expiresAt: "2026-11-30T00:00:00Z", redrives: 0 },
    } as unknown as ShownLetter;
    const shown = { consumer: "orders", kind: "queue", letters: [letter], total: 1, read: 1, complete: true };
    const text = describeShown(shown, local, { whole: false });
    assert.match(text, /When the run has it, which loads what you save only with --watch:/);
    assert.deepEqual(await accepted(text), [
      "dlq rehearse orders --port 4000 --reason E",
      "dlq redrive orders --port 4000 --reason E",
    ]);
    assert.match(describeShown(shown, deployed, { whole: false }), /When it is deployed:/);
    // What has reached no function is not rehearsed.
    const ofKind = (kind: string) => accepted(describeShown({ ...shown, kind }, local, { whole: false }));
    assert.deepEqual(await ofKind("topic"), ["dlq redrive orders --port 4000 --reason E --to CONSUMER"]);
    assert.deepEqual(await ofKind("schedule"), ["dlq redrive orders --port 4000 --reason E"]);
  });
});

describe("Lambda's own lines", () => {
  const line = (type: string, record: object) =>
    JSON.stringify({ time: "2026-11-30T01:27:37.526Z", type: `platform.${type}`, record });
  it("have their own time, and are routine unless an invocation went wrong", () => {
    const start = line("start", { requestId: "r", version: "$LATEST" });
    assert.deepEqual(describePlatform(start), { text: "Lambda: start", time: new Date("2026-11-30T01:27:37.526Z") });
    const metrics = { durationMs: 3000.4, memorySizeMB: 128, maxMemoryUsedMB: 90 };
    const timeout = line("report", { status: "timeout", metrics });
    assert.equal(describePlatform(timeout)?.text, "Lambda: report, status timeout, 3000 ms, 90 of 128 MB");
    const report = "REPORT RequestId: r\tDuration: 1.00 ms\t";
    const lines = [
      start,
      line("report", { status: "success", metrics }),
      "START RequestId: r Version: $LATEST",
      report,
    ];
    assert.deepEqual(lines.map(isRoutine), [true, true, true, true]);
    const others = [timeout, `${report}Status: timeout\t`, "START of the day", '{"message":"a"}', "text"];
    assert.deepEqual(others.map(isRoutine), [false, false, false, false, false]);
    assert.equal(describePlatform('{"message":"a"}'), undefined);
  });
});
