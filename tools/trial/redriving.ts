// `dlq redrive`, `edit`, `discard`, `restore` and `replay`, before and after the callbacks are fixed.
import { existsSync, readFileSync } from "node:fs";
import type { Answer } from "./claims";
import { parsed } from "./commands";
import { bigGroup, type Name, type Sent } from "./events";
import type { Trial } from "./trial";

interface Redriven {
  readonly done: { readonly sent: number; readonly byAws: boolean; readonly unread?: { readonly count: number } };
}

/** Calls a command with its options, as somebody. */
export type Call = (args: readonly string[]) => Promise<Answer>;

const slow = 8;

export async function canary(trial: Trial): Promise<void> {
  const { claims, world } = trial;
  const before = await world.letterCount("orders");
  const args = ["dlq", "redrive", "orders", "--reason", "PaymentDeclined", "--canary", "3", "--yes"];
  const stopped = await trial.spillway(args);
  claims.answers("a canary before the fix stops", stopped, 1, "3 dead letters sent", /\d of the first 3 came back/);
  await trial.until("the canaries are dead again", async () => (await world.letterCount("orders")) === before);
  const listed = await trial.spillway(["dlq", "list", "orders", "--limit", "100000", "--json"]);
  const cameBack = [...listed.stdout.matchAll(/"cameBack": (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  claims.equal("list counts what came back", cameBack, 3);
}

/** Redrives what is chosen, and claims that exactly these were sent, and run. */
async function redrive(
  trial: Trial,
  consumer: Name,
  events: readonly Sent[],
  args: readonly string[],
  call: Call = (line) => trial.watched(line),
): Promise<Redriven["done"]> {
  trial.witness.reset();
  const answer = await call(["dlq", "redrive", consumer, ...args, "--yes", "--json"]);
  const { done } = parsed<Redriven>(answer);
  // A group of more than ten may hide what is chosen, too.
  const expected = [events.length, done.unread === undefined ? 0 : 1];
  trial.claims.equal(`redrive ${consumer} ${args.join(" ")}: sent, exit code`, [done.sent, answer.code], expected);
  await trial.haveRun(events);
  return done;
}

export async function redriveOrders(trial: Trial): Promise<void> {
  const { claims, witness } = trial;
  const left = new Set(trial.of("orders").filter((each) => each.ends === "taken" && !trial.gone.has(each)));
  /** Takes what is chosen out of what is left. */
  const step = (chosen: (each: Sent) => boolean, ...args: readonly string[]) => {
    const taken = [...left].filter(chosen);
    for (const each of taken) left.delete(each);
    return redrive(trial, "orders", taken, args);
  };
  await step(({ reason }) => reason === "PaymentDeclined", "--reason", "PaymentDeclined", "--canary", "3");
  const { sent } = witness;
  const changed = sent.filter(({ MessageBody, MessageAttributes }) => !trial.isAsSent(MessageBody, MessageAttributes));
  claims.equal(`of ${sent.length} that were sent back, these have another body or attributes`, changed, []);
  await step(({ event }) => event.type === "order.rehearsed", "--type", "order.rehearsed");

  const { customer = "" } = [...left].find(({ event }) => event.fault === "conflict")?.event ?? {};
  const isOther = ({ event }: Sent) => event.fault === "conflict" && event.customer === customer;
  for (const { event } of [...left].filter(isOther)) trial.elsewhere.set(event.id, "payments");
  await step(isOther, "--where", "fault=conflict", "--tenant", customer, "--to", "payments");
  const named = trial.random.shuffled([...left].filter(({ reason }) => reason !== "MovedBySQS")).slice(0, 3);
  await step((each) => named.includes(each), ...named.flatMap(({ correlationId }) => ["--id", correlationId]));

  const slowly = ["--reason", "fetch failed", "--since", "1h", "--rate", String(slow)];
  await step(({ reason }) => reason === "TypeError", ...slowly);
  const times = witness.asked.filter(({ action }) => action === "SendMessageBatch").map(({ at }) => at);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  // What goes in the first second and in the last one takes no time.
  const fastest = witness.sent.length / slow - 2;
  claims.claim(`--rate ${slow} takes ${fastest.toFixed(1)} s or more`, seconds >= fastest, `${seconds.toFixed(1)} s`);

  await edit(trial);
  await discard(trial, "--type", "order.unwanted");
  await discard(trial, "--reason", "InvalidEvent");
  const { byAws } = await step(() => true, "--all");
  claims.equal("the whole queue is moved by AWS", byAws, true);
}

export async function redriveLedger(trial: Trial, call: Call): Promise<void> {
  const isFirst = ({ event }: Sent) => event.customer === "g-1";
  const ledger = trial.of("ledger");
  const { unread } = await redrive(trial, "ledger", ledger.filter(isFirst), ["--where", "customer=g-1"], call);
  trial.claims.equal("it says how many it could not look at", unread?.count, bigGroup.size - 10);
  const others = ledger.filter((each) => !isFirst(each));
  const { byAws } = await redrive(trial, "ledger", others, ["--all"], call);
  trial.claims.equal("the whole queue is moved by AWS", byAws, true);
}

async function edit(trial: Trial): Promise<void> {
  const { claims } = trial;
  const invalid = trial.of("orders").filter(({ ends, event }) => ends === "edited" && !trial.edited.has(event.id));
  const ids = new Map((await trial.world.letters("orders")).map(({ Body, MessageId = "" }) => [Body, MessageId]));
  const set = ({ body }: Sent, quantity: number) =>
    trial.spillway(["dlq", "edit", "orders", ids.get(body) ?? "", "--set", `quantity=${quantity}`, ...trial.program]);
  const codes: unknown[] = [];
  for (const each of invalid) {
    if (codes.length === 0) {
      claims.answers("edit refuses what the schema refuses", await set(each, 101), 1, "was not sent", "quantity: ");
    }
    const quantity = 1 + trial.random.below(100);
    codes.push((await set(each, quantity)).code);
    trial.edited.set(each.event.id, quantity);
  }
  await trial.haveRun(invalid);
  claims.equal("edit --set: exit codes", codes, Array(invalid.length).fill(0));
}

/** To a file, back, and to another file. */
async function discard(trial: Trial, ...selection: readonly string[]): Promise<void> {
  const { claims, witness, world } = trial;
  const letters = async () =>
    (await world.letters("orders")).map((each) => JSON.stringify([each.Body, each.MessageAttributes])).sort();
  const linesOf = (file: string) => (existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []);
  const to = (file: string) => trial.watched(["dlq", "discard", "orders", ...selection, "--yes", "--output", file]);
  const [first, second] = [trial.file(`${selection[1]}-1.jsonl`), trial.file(`${selection[1]}-2.jsonl`)];
  const before = await letters();
  let deleted = 0;
  let early = 0;
  witness.reset({
    before({ action, input }) {
      if (action === "DeleteMessageBatch") deleted += (input.Entries as readonly unknown[]).length;
      if (linesOf(first).length < deleted) early += 1;
      return true;
    },
  });
  const { code } = await to(first);
  const { length } = linesOf(first);
  const what = `discard ${selection.join(" ")}`;
  claims.equal(`${what}: exit code, deleted before they were in the file`, [code, early], [0, 0]);
  claims.equal(`of ${before.length} it leaves`, await world.letterCount("orders"), before.length - length);
  const restored = await trial.spillway(["dlq", "restore", first]);
  claims.answers("restore puts them back", restored, 0, `${length} dead letters restored`);
  claims.claim("with body and attributes", (await letters()).join() === before.join(), `${length} are as before`);
  await to(second);
  const bodies = linesOf(second).map((line) => (JSON.parse(line) as { readonly body: string }).body);
  trial.discarded.push(...bodies.map((body) => /"id":"([^"]+)"/.exec(body)?.[1] ?? body));
}

interface Replay {
  readonly descriptions: readonly { readonly done: number }[];
}

/** What a function failed with is described by Lambda, and what it refused is stored by its consumer. */
export async function redriveFunction(trial: Trial, name: "clicks" | "audit", call: Call): Promise<void> {
  const { claims, world } = trial;
  const described = trial.of(name, "RetryAttemptsExhausted", "TypeError");
  await trial.changesNothing(`a replay of ${name} without --yes`, async () => {
    const answer = await call(["dlq", "replay", name]);
    claims.answers("it says what can be replayed", answer, 0, / {2}\S.*\n.*can be replayed/);
  });
  const replayed = await call(["dlq", "replay", name, "--yes", "--json"]);
  const done = parsed<Replay>(replayed).descriptions.reduce((sum, each) => sum + each.done, 0);
  claims.equal(`replay ${name} --yes: records, exit code`, [done, replayed.code], [described.length, 0]);
  await trial.haveRun(described);
  await redrive(trial, name, trial.of(name, "PaymentDeclined"), ["--all"], call);
  claims.equal(`dead letters of ${name}`, await world.letterCount(name), 0);
}
