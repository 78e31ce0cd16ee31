// The local run: time to ready, throughput and latency of a consumer, against a bare loop on the same queue server.
import { type ChildProcess, fork } from "node:child_process";
import * as path from "node:path";
import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { type LocalRun, startLocal } from "../local/run";
import type { Work } from "./client";
import { line, median, percentile } from "./figures";

const messages = 10_000;
const rounds = 3;
const starts = 5;
const root = path.resolve(__dirname, "..");

export async function benchLocalRun(): Promise<string[]> {
  const ready: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const run = await startLocal({ port: 0, program: path.join(root, "index.ts"), stack: "dev" });
    ready.push(run.readyMs);
    await run.close();
  }
  const latencies: number[] = [];
  let handled: () => void = () => {};
  const run = await startLocal({
    port: 0,
    program: path.join(root, "bench", "fixtures", "program.ts"),
    stack: "dev",
    onLog: (_, text) => {
      if (!text.startsWith("latency ")) return;
      latencies.push(Number(text.slice("latency ".length)));
      handled();
    },
  });
  const client = fork(path.join(__dirname, "client.ts"), { execArgv: ["-r", "ts-node/register/transpile-only"] });
  try {
    const until = (count: number) =>
      new Promise<void>((resolve) => {
        handled = () => {
          if (latencies.length >= count) resolve();
        };
        handled();
      });
    const mapping = await mappingOf(run);
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await mapping.enable(false);
      await ask(client, run, "send", "consumedUrl");
      latencies.length = 0;
      const before = performance.now();
      await mapping.enable(true);
      await until(messages);
      ours.push((messages / (performance.now() - before)) * 1000);
      await ask(client, run, "send", "bareUrl");
      bare.push((messages / (await ask(client, run, "drain", "bareUrl"))) * 1000);
    }
    latencies.length = 0;
    await ask(client, run, "pace", "consumedUrl");
    await until(messages);
    const ratio = median(ours) / median(bare);
    const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
    return [
      line("npm start, until ready (evaluation and bundles from cache)", `${median(ready)} ms`, {
        says: "≤ 3000 ms",
        kept: median(ready) <= 3000,
      }),
      line(
        `${messages} messages: through the consumer / bare loop`,
        `${median(ours).toFixed(0)}/s / ${median(bare).toFixed(0)}/s = ${ratio.toFixed(2)}`,
        { says: "≥ 0.70", kept: ratio >= 0.7 },
      ),
      line(`${messages} messages at 500/s: send to handled`, `p50 ${p50} ms, p99 ${p99} ms`, {
        says: "p50 ≤ 20 ms",
        kept: p50 <= 20,
      }),
    ];
  } finally {
    client.disconnect();
    await run.close();
  }
}

function ask(client: ChildProcess, run: LocalRun, kind: Work["kind"], output: string): Promise<number> {
  const work: Work = { kind, address: run.address, queueUrl: String(run.graph.outputs[output]), count: messages };
  return new Promise((resolve, reject) => {
    client.once("message", (milliseconds) => resolve(Number(milliseconds)));
    client.once("exit", (code) => reject(new Error(`the client ended with ${code}`)));
    client.send(work);
  });
}

async function mappingOf(run: LocalRun) {
  const lambda = new LambdaClient({
    endpoint: run.address,
    region: run.graph.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const { EventSourceMappings: [{ UUID } = {}] = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  return {
    enable: async (Enabled: boolean) =>
      void (await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }))),
  };
}
