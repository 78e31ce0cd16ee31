// The whole pipeline: orders a second from the endpoint and the queue to the last table, against its callbacks alone.
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import * as path from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { type LocalRun, startLocal } from "@spillway/local";
import { logicalNames } from "@spillway/local/printer";
import { Client } from "../demo/client";
import { FunctionCounts } from "../demo/counts";
import { type Message, makeOrders } from "../demo/orders";
import type { Calls } from "./callbacks-alone";
import { line } from "./figures";
import { mappingOf } from "./mapping";

const orders = 3000;
/** Milliseconds. */
const longest = 600_000;
const pause = 100;
const root = path.resolve(__dirname, "..", "..");
const consumers = ["orders", "order-changes", "fulfilment", "notifications", "audit"];

export async function benchPipeline(): Promise<string[]> {
  const { messages } = makeOrders(2 * orders, { poison: 0, transient: 0, duplicates: 0 });
  const counts = new FunctionCounts();
  let names: ReadonlyMap<string, string> = new Map();
  const run = await startLocal({
    port: 0,
    program: path.join(root, "index.ts"),
    stack: "dev",
    config: { publicEndpoint: "true", throttleRate: "10000", throttleBurst: "5000" },
    onLog: (functionName, text) => counts.add(names.get(functionName) ?? functionName, text),
  });
  names = logicalNames(run.graph);
  const lambda = new LambdaClient({
    endpoint: run.address,
    region: run.graph.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  try {
    const whole = await throughPipeline(messages.slice(0, orders), run, counts);
    // What the callbacks alone write to the orders table is not to run through the pipeline beside them.
    await (await mappingOf(run, lambda, "order-changes"))?.enable(false);
    const alone = await callbacksAlone(messages.slice(orders), run);
    const ratio = whole / alone;
    const figures = `${whole.toFixed(0)}/s / ${alone.toFixed(0)}/s = ${ratio.toFixed(2)}`;
    return [
      line(`whole pipeline: ${orders} orders / its callbacks alone`, figures, { says: "≥ 0.5", kept: ratio >= 0.5 }),
    ];
  } finally {
    lambda.destroy();
    await run.close();
  }
}

/** Orders a second. */
async function throughPipeline(messages: readonly Message[], run: LocalRun, counts: FunctionCounts): Promise<number> {
  const client = new Client(run.address, run.graph.region);
  const output = (name: string) => String(run.graph.outputs[name]);
  const signal = AbortSignal.timeout(longest);
  try {
    const started = performance.now();
    await client.send(messages, output("apiUrl"), output("ordersQueueUrl"), signal);
    while (consumers.some((consumer) => counts.settled(consumer) < messages.length)) {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return (messages.length / (performance.now() - started)) * 1000;
  } finally {
    client.close();
  }
}

/** Orders a second, with a process for each core. */
async function callbacksAlone(messages: readonly Message[], { address, graph }: LocalRun): Promise<number> {
  const { ordersTableName, stockTableName, notificationsTableName, auditTableName } = graph.outputs;
  const bindings = {
    orders: String(ordersTableName),
    stock: String(stockTableName),
    notifications: String(notificationsTableName),
    audit: String(auditTableName),
    initialStock: "1000000",
  };
  const processes = Array.from({ length: availableParallelism() }, () =>
    fork(path.join(__dirname, "callbacks-alone.ts"), {
      execArgv: ["-r", path.join(root, "tools", "transpile", "register.cjs")],
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: address,
        AWS_REGION: graph.region,
        AWS_ACCESS_KEY_ID: "bench",
        AWS_SECRET_ACCESS_KEY: "bench",
      },
    }),
  );
  const share = (part: number) => Math.round((messages.length * part) / processes.length);
  const bodies = (part: number) => messages.slice(share(part), share(part + 1)).map(({ body }) => body);
  try {
    // Without orders first, so that the start of a process is not measured.
    await Promise.all(processes.map((each) => perform(each, { bindings, bodies: [] })));
    const started = performance.now();
    await Promise.all(processes.map((each, part) => perform(each, { bindings, bodies: bodies(part) })));
    return (messages.length / (performance.now() - started)) * 1000;
  } finally {
    for (const each of processes) each.disconnect();
  }
}

function perform(child: ChildProcess, calls: Calls): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the callbacks' process ended with ${code}`));
    child.once("exit", ended);
    child.once("message", () => {
      child.off("exit", ended);
      resolve();
    });
    child.send(calls);
  });
}
