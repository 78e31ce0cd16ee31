// The dead letters come about, and `dlq list` and `dlq show` find all of them.
import { parsed } from "./commands";
import { bigGroup, type Name, type Sent } from "./events";
import type { Trial } from "./trial";

interface Listing {
  readonly queues: readonly { readonly consumer: string; readonly total: number; readonly read: number }[];
  readonly groups: readonly { readonly errorType: string; readonly count: number }[];
}

const described = "RetryAttemptsExhausted";
const consumers: readonly Name[] = ["orders", "payments", "ledger", "clicks", "audit"];
const isBig = ({ event }: Sent) => event.customer === bigGroup.name;

async function sendAll(trial: Trial, events: readonly Sent[]): Promise<void> {
  for (const event of events) await trial.world.send(event);
}

/** Sends everything but the big message group. What Lambda describes has no letter of its own, so it is not counted. */
export async function collect(trial: Trial): Promise<void> {
  const { sent, world, claims } = trial;
  const crashing = sent.filter(({ event }) => event.fault === "crash");
  const inStream = trial.of("clicks", described);
  const others = sent.filter((each) => !crashing.includes(each) && !inStream.includes(each) && !isBig(each));
  // What kills the process comes first and alone, so that it takes no other event with it.
  await sendAll(trial, crashing);
  await trial.until("SQS moves what crashes", async () => (await world.letterCount("orders")) === crashing.length);
  await sendAll(trial, others);
  for (const name of consumers) {
    const { length } = [...crashing, ...others].filter(({ consumer }) => consumer === name);
    await trial.until(`${name} has ${length} dead letters`, async () => (await world.letterCount(name)) >= length);
  }
  await sendAll(trial, inStream);
  await trial.until(`Lambda describes ${inStream.length} records`, async () => {
    const bodies = (await world.letters("clicks")).map(({ Body = "" }) => Body).filter((body) => body.startsWith("{"));
    const sizes = bodies.map((body) => JSON.parse(body).KinesisBatchInfo.batchSize as number);
    return sizes.reduce((sum, size) => sum + size, 0) === inStream.length;
  });
  const letters = [...(await world.letters("orders")), ...(await world.letters("payments"))];
  const changed = letters.filter(({ Body, MessageAttributes }) => !trial.isAsSent(Body, MessageAttributes));
  claims.equal(`of ${letters.length} dead letters of queues, these have another body or attributes`, changed, []);
}

export async function list(trial: Trial): Promise<void> {
  const { claims, world } = trial;
  const letters = trial.sent.filter((each) => each.reason !== described && !isBig(each));
  const descriptions = (await world.letterCount("clicks")) - trial.of("clicks", "PaymentDeclined").length;
  const expected = countBy([...letters.map(({ reason }) => reason), ...Array(descriptions).fill(described)]);
  for (const by of ["reason", "type", "consumer", "bundle", "tenant"]) {
    const answer = await trial.spillway(["dlq", "list", "--by", by, "--limit", "100000", "--json"]);
    const { queues, groups } = parsed<Listing>(answer);
    const found = groups.reduce((sum, { count }) => sum + count, 0);
    claims.equal(`list --by ${by} finds all ${letters.length + descriptions}`, found, letters.length + descriptions);
    if (by !== "reason") continue;
    const reasons = countBy(groups.flatMap(({ errorType, count }) => Array<string>(count).fill(errorType)));
    claims.equal("list finds each kind", reasons, expected);
    const sampled = queues.filter(({ total, read }) => total !== read);
    claims.equal("list samples", sampled, []);
  }
  const some = await trial.spillway(["dlq", "list", "orders", "--limit", "100"]);
  const total = trial.of("orders").length;
  claims.answers("list --limit says what it has not read", some, 0, `Sampled 100 of ${total}.`, "raise --limit");

  const counts = async () =>
    new Map((await world.letters("orders")).map((each) => [each.MessageId, received(each.Attributes)]));
  const before = await counts();
  await trial.spillway(["dlq", "list", "orders", "--limit", "100000"]);
  const raised = [...(await counts())].map(([id, count]) => count - (before.get(id) ?? 0) - 1);
  claims.equal("a list raises each receive count by", [...new Set(raised)], [1]);

  await sendAll(trial, trial.sent.filter(isBig));
  const all = trial.of("ledger").length;
  await trial.until("the big group is dead", async () => (await world.letterCount("ledger")) === all);
  const sampled = await trial.spillway(["dlq", "list", "ledger"]);
  const read = `sampled ${all - bigGroup.size + 10} of ${all}; a FIFO`;
  claims.answers("list says that SQS gives ten of a group", sampled, 0, read);
}

export async function show(trial: Trial): Promise<void> {
  const { claims } = trial;
  const [declined] = trial.of("orders", "PaymentDeclined");
  const id = declined?.correlationId ?? "";
  const one = await trial.spillway(["dlq", "show", "orders", "--id", id, "--whole"]);
  const { event } = declined ?? {};
  const shown = [`The bank declined the payment of ${event?.id}`, `"customer": "${event?.customer}"`];
  claims.answers("show has reason, event, attributes and log", one, 0, ...shown, `channel of ${event?.id}`, "works");
  const moved = await trial.spillway(["dlq", "show", "orders", "--reason", "MovedBySQS", "--limit", "1"]);
  claims.answers("show finds the last lines of what crashed", moved, 0, "MovedBySQS", "works");
  const outputs = await trial.spillway(["outputs", "streamName"]);
  claims.answers("outputs prints one value", outputs, 0, trial.deployment.outputs.streamName);
}

const received = (attributes: Readonly<Record<string, string>> = {}) => Number(attributes.ApproximateReceiveCount);

function countBy(values: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of [...values].sort()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
