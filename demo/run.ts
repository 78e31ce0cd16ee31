// `npm run demo`: the pipeline under thousands of orders, some of them poison, some refused at first, some sent twice; then the balance.
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { logicalNames } from "../local/printer";
import { type LocalRun, startLocal } from "../local/run";
import { drawUpBalance } from "./balance";
import { Client } from "./client";
import { FunctionCounts } from "./counts";
import { Disturbance } from "./disturbance";
import { makeOrders, type Orders } from "./orders";
import { drawFlow } from "./picture";
import { Progress } from "./progress";
import { describeBalance, describeCounts, isOff } from "./report";

const shares = { poison: 0.01, transient: 0.05, duplicates: 0.02 };
const consumers = ["orders", "order-changes", "fulfilment", "notifications", "audit"];
/** Milliseconds without any progress after which it is given up. */
const patience = 120_000;
const interrupted = 130;
const root = path.resolve(__dirname, "..");

const usage = `Sends orders through the whole pipeline on this machine, and draws up the balance. Ends with 1 when it is off.

npm run demo -- [options]

  --orders N       messages to send, 100 to 1000000 (default 10000): 1 % poison, 2 % duplicates, 5 % refused at first
  --picture FILE   where the picture of the flow goes, SVG (default .spillway/demo.svg)
  --help           prints this
`;

class UsageError extends Error {}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { orders: { type: "string" }, picture: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    const total = Number(values.orders ?? 10_000);
    if (!Number.isInteger(total) || total < 100 || total > 1_000_000) {
      throw new Error(`--orders is "${values.orders}"; allowed are whole numbers from 100 to 1000000.`);
    }
    return { total, picture: path.resolve(values.picture ?? ".spillway/demo.svg"), help: values.help ?? false };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function main(): Promise<number> {
  const { total, picture, help } = readOptions();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => stop.abort(new Error("interrupted")));
  }
  const orders = makeOrders(total, shares);
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
    const started = performance.now();
    await sendAll(run, client, orders, counts, stop.signal);
    const seconds = (performance.now() - started) / 1000;
    const balance = await drawUpBalance(orders, client, run.graph.outputs);
    mkdirSync(path.dirname(picture), { recursive: true });
    writeFileSync(picture, await drawFlow(orders.messages.length, counts, balance));
    process.stdout.write(
      [
        describeCounts(consumers, counts),
        "",
        describeBalance(balance),
        "",
        `${orders.messages.length} messages in ${seconds.toFixed(1)} s, ${Math.round(orders.messages.length / seconds)} a second through the whole pipeline; ` +
          `the database refused the first attempt of ${disturbance.refused} orders.`,
        `The flow: ${picture}`,
        "",
      ].join("\n"),
    );
    if (!balance.entries.some(isOff)) return 0;
    process.stderr.write("The balance is off.\n");
    return 1;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const reason = stop.signal.reason as Error;
    process.stderr.write(`${reason.message}\n`);
    return reason.message === "interrupted" ? interrupted : 1;
  } finally {
    client?.close();
    await run?.close();
  }
}

/** Resolves when everything that was sent has gone all the way. */
async function sendAll(
  run: LocalRun,
  client: Client,
  orders: Orders,
  counts: FunctionCounts,
  signal: AbortSignal,
): Promise<void> {
  const output = (name: string) => String(run.graph.outputs[name]);
  const progress = new Progress(process.stderr);
  const { messages } = orders;
  let sent = false;
  const sending = client.send(messages, output("apiUrl"), output("ordersQueueUrl"), signal).finally(() => {
    sent = true;
  });
  // It is looked at below, when all that it could still tell has been shown.
  sending.catch(() => {});
  const stored = new Set(messages.filter(({ kind }) => kind === "order").map(({ orderId }) => orderId)).size;
  const goals = consumers.map((consumer) => ({ consumer, goal: consumer === "orders" ? messages.length : stored }));
  const all = goals.reduce((sum, { goal }) => sum + goal, 0);
  const queues = ["ordersQueueUrl", "fulfilmentQueueUrl", "notificationsQueueUrl"].map(output);
  let before = -1;
  let changed = Date.now();
  try {
    for (;;) {
      signal.throwIfAborted();
      const done = goals.reduce((sum, { consumer, goal }) => sum + Math.min(goal, counts.settled(consumer)), 0);
      progress.show(goals.map(({ consumer }) => `${consumer} ${counts.settled(consumer)}`).join("  "), done, all);
      if (sent) await sending;
      const depths = await Promise.all(queues.map((queue) => client.depth(queue)));
      if (sent && done === all && depths.every((depth) => depth === 0)) return;
      const now = done - depths.reduce((sum, depth) => sum + depth, 0);
      if (now !== before) [before, changed] = [now, Date.now()];
      if (Date.now() - changed > patience) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    progress.end();
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(error instanceof UsageError ? `${error.message}\n\n${usage}` : `${error?.stack ?? error}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
