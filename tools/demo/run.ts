// `npm run demo`: the pipeline under thousands of orders, some of them poison, some refused at first, some sent twice;
// then the balance.
import "@spillway/cli/node-version";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { type LocalRun, startLocal } from "@spillway/local";
import { logicalNames } from "@spillway/local/printer";
import { type Activity, drawUpActivity, makeActivity } from "./activity";
import { drawUpBalance } from "./balance";
import { Client } from "./client";
import { FunctionCounts } from "./counts";
import { Disturbance } from "./disturbance";
import { follow } from "./follow";
import { type DemoOptions, readOptions, UsageError, usage } from "./options";
import { makeOrders, type Orders } from "./orders";
import { drawFlow } from "./picture";
import { describeBalance, describeCounts, isOff } from "./report";

const shares = { poison: 0.01, transient: 0.05, duplicates: 0.02 };
const activityPoison = 0.001;
const consumersOfOrders = ["orders", "order-changes", "fulfilment", "notifications", "audit"];
const interrupted = 130;
const root = path.resolve(__dirname, "..", "..");

interface Demo {
  readonly run: LocalRun;
  readonly client: Client;
  readonly counts: FunctionCounts;
  readonly signal: AbortSignal;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => stop.abort(new Error("interrupted")));
  }
  const orders = makeOrders(options.orders, shares);
  const disturbance = new Disturbance(orders.refusedAtFirst);
  const counts = new FunctionCounts();
  let names: ReadonlyMap<string, string> = new Map();
  let run: LocalRun | undefined;
  let client: Client | undefined;
  try {
    run = await startLocal({
      port: 0,
      program: path.join(root, "index.ts"),
      stack: "dev",
      config: { publicEndpoint: "true", throttleRate: "10000", throttleBurst: "5000" },
      observers: [disturbance],
      signal: stop.signal,
      onLog: (functionName, line) => counts.add(names.get(functionName) ?? functionName, line),
      onCrash: (message) => stop.abort(new Error(message)),
    });
    names = logicalNames(run.graph);
    client = new Client(run.address, run.graph.region);
    return await perform(orders, disturbance, options, { run, client, counts, signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const { message } = stop.signal.reason as Error;
    process.stderr.write(`${message}\n`);
    return message === "interrupted" ? interrupted : 1;
  } finally {
    client?.close();
    await run?.close();
  }
}

async function perform(orders: Orders, disturbance: Disturbance, options: DemoOptions, demo: Demo): Promise<number> {
  const { run, client, counts } = demo;
  const activity = makeActivity(options.activity, activityPoison);
  const seconds = await timed(() => sendOrders(orders, demo));
  const activitySeconds = await timed(() => putActivity(activity, demo));
  const balance = await drawUpBalance(orders, client, run.graph.outputs);
  const entries = [...balance.entries, ...(await drawUpActivity(activity, client, run.graph.outputs))];
  mkdirSync(path.dirname(options.picture), { recursive: true });
  writeFileSync(options.picture, await drawFlow(orders.messages.length, counts, balance));
  const { length: sent } = orders.messages;
  const { length: put } = activity.records;
  process.stdout.write(
    [
      describeCounts([...consumersOfOrders, "activity"], counts),
      "",
      describeBalance(entries),
      "",
      `${sent} messages in ${seconds.toFixed(1)} s, ${Math.round(sent / seconds)} a second through the whole pipeline; ` +
        `the database refused the first attempt of ${disturbance.refused} orders.`,
      `${put} records of activity in ${activitySeconds.toFixed(1)} s, ${Math.round(put / activitySeconds)} a second.`,
      `The flow: ${options.picture}`,
      "",
    ].join("\n"),
  );
  if (!entries.some(isOff)) return 0;
  process.stderr.write("The balance is off.\n");
  return 1;
}

function sendOrders({ messages }: Orders, { run, client, counts, signal }: Demo): Promise<void> {
  const output = (name: string) => String(run.graph.outputs[name]);
  const valid = messages.filter(({ kind }) => kind === "order").length;
  const queues = ["ordersQueueUrl", "fulfilmentQueueUrl", "notificationsQueueUrl"].map(output);
  return follow({
    sending: client.send(messages, output("apiUrl"), output("ordersQueueUrl"), signal),
    goals: consumersOfOrders.map((consumer) => ({ consumer, goal: consumer === "orders" ? messages.length : valid })),
    counts,
    depth: async () =>
      (await Promise.all(queues.map((queue) => client.depth(queue)))).reduce((sum, each) => sum + each),
    signal,
  });
}

function putActivity({ records }: Activity, { run, client, counts, signal }: Demo): Promise<void> {
  return follow({
    sending: client.put(String(run.graph.outputs.activityStreamName), records, signal),
    goals: [{ consumer: "activity", goal: records.length }],
    counts,
    depth: async () => 0,
    signal,
  });
}

/** Answers seconds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(error instanceof UsageError ? `${error.message}\n\n${usage}` : `${error?.stack ?? error}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
