// The local run: time to ready, and each source's throughput and latency through its consumer, against a bare loop on
// the same server.
import { type ChildProcess, fork } from "node:child_process";
import * as path from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { type LocalRun, startLocal } from "@spillway/local";
import type { Work } from "./client";
import { line, median, percentile } from "./figures";
import { mappingOf } from "./mapping";
import type { SourceName } from "./source-clients";

const messages = 10_000;
const rounds = 3;
const starts = 5;
const root = path.resolve(__dirname, "..", "..");

/**
 * Consumers of the bench's program, and the source that each reads. The last has no mapping: its messages come as they
 * are published.
 */
const consumers = [
  { consumer: "queue", source: "queue", says: "queue → callback" },
  { consumer: "stream", source: "stream", says: "Kinesis stream → callback" },
  { consumer: "table", source: "table", says: "table's stream → callback" },
  { consumer: "topic", source: "topic", says: "topic → queue → callback" },
  { consumer: "direct", source: "topic", says: "topic → callback" },
] as const satisfies readonly { consumer: string; source: SourceName; says: string }[];

type Consumer = (typeof consumers)[number];
type Targets = Readonly<Record<string, { readonly consumed: readonly string[]; readonly bare: readonly string[] }>>;

export async function benchReady(): Promise<string[]> {
  const ready: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const run = await startLocal({ port: 0, program: path.join(root, "index.ts"), stack: "dev" });
    ready.push(run.readyMs);
    await run.close();
  }
  return [
    line("spillway start, until ready (evaluation and bundles from cache)", `${median(ready)} ms`, {
      says: "≤ 3000 ms",
      kept: median(ready) <= 3000,
    }),
  ];
}

export async function benchSources(): Promise<string[]> {
  const handled = new Handled();
  const run = await startLocal({
    port: 0,
    program: path.join(root, "tools", "bench", "fixtures", "program.ts"),
    stack: "dev",
    onLog: (_, text) => handled.add(text),
  });
  const client = fork(path.join(__dirname, "client.ts"), {
    execArgv: ["-r", path.join(root, "tools", "transpile", "register.cjs")],
  });
  const lambda = new LambdaClient({
    endpoint: run.address,
    region: run.graph.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  try {
    const lines: string[] = [];
    for (const each of consumers) lines.push(...(await benchSource(each, { run, client, lambda, handled })));
    return lines;
  } finally {
    client.disconnect();
    lambda.destroy();
    await run.close();
  }
}

interface Bench {
  readonly run: LocalRun;
  readonly client: ChildProcess;
  readonly lambda: LambdaClient;
  readonly handled: Handled;
}

async function benchSource({ consumer, source, says }: Consumer, bench: Bench): Promise<string[]> {
  const { run, client, lambda, handled } = bench;
  const { consumed = [], bare = [] } = (run.graph.outputs.targets as Targets)[consumer] ?? {};
  const ask = (kind: Work["kind"], targets: readonly string[]) =>
    perform(client, { kind, source, address: run.address, targets, count: messages });
  const mapping = await mappingOf(run, lambda, consumer);
  const ours: number[] = [];
  const others: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    handled.clear();
    await mapping?.enable(false);
    // Without a mapping the messages are handled while they are sent: so sends and reads the bare loop then.
    const sending = ask("send", consumed);
    const started = performance.now();
    if (mapping !== undefined) await sending;
    const before = mapping === undefined ? started : performance.now();
    await mapping?.enable(true);
    await handled.until(messages);
    await sending;
    ours.push((messages / (performance.now() - before)) * 1000);
    const sent = await ask("send", bare);
    const read = await ask("drain", bare);
    others.push((messages / (mapping === undefined ? sent + read : read)) * 1000);
  }
  handled.clear();
  await ask("pace", consumed);
  await handled.until(messages);
  const ratio = median(ours) / median(others);
  const [p50, p99] = [0.5, 0.99].map((part) => percentile(handled.latencies, part));
  const figures = `${median(ours).toFixed(0)}/s / ${median(others).toFixed(0)}/s = ${ratio.toFixed(2)}`;
  return [
    // A bare loop over a shard hands a thousand records at a time to a function in its own process: streams have no
    // aim.
    line(
      `${says}: ${messages} / bare loop`,
      figures,
      source === "queue" ? { says: "≥ 0.70", kept: ratio >= 0.7 } : undefined,
    ),
    line("  at 500/s, from send to handled", `p50 ${p50} ms, p99 ${p99} ms`, {
      says: "p50 ≤ 20 ms",
      kept: (p50 ?? 0) <= 20,
    }),
  ];
}

/** What the callbacks have written of how long each message was on its way. */
class Handled {
  readonly latencies: number[] = [];
  private changed: () => void = () => {};

  add(text: string): void {
    if (!text.startsWith("latency ")) return;
    this.latencies.push(Number(text.slice("latency ".length)));
    this.changed();
  }

  clear(): void {
    this.latencies.length = 0;
  }

  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.changed = () => {
        if (this.latencies.length >= count) resolve();
      };
      this.changed();
    });
  }
}

function perform(client: ChildProcess, work: Work): Promise<number> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the client ended with ${code}`));
    client.once("exit", ended);
    client.once("message", (milliseconds) => {
      client.off("exit", ended);
      resolve(Number(milliseconds));
    });
    client.send(work);
  });
}
