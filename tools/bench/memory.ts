// Memory of `spillway start` with the whole pipeline: the run, its database, and the functions' processes together.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { scripts } from "../../package.json";
import { Client } from "../demo/client";
import { makeOrders } from "../demo/orders";
import { line } from "./figures";

const root = path.resolve(__dirname, "..", "..");
const orders = 3000;
const settleMilliseconds = 3000;
/** The check of types takes some 500 MB for the seconds that it lasts, and is no part of the run. */
const options = ["--json", "--port", "0", "--config", "publicEndpoint=true", "--no-type-check"];

export async function benchMemory(): Promise<string[]> {
  if (process.platform !== "linux") return [line("memory of spillway start", "is measured on Linux only")];
  // As npm does it, without the processes of npm and of its shell.
  const [, ...command] = scripts.start.split(" ");
  const child = spawn(process.execPath, [...command, ...options], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const { address, outputs } = JSON.parse(await firstLine(child));
    await pause(settleMilliseconds);
    const idle = megabytes(child.pid ?? 0);
    const client = new Client(address, "eu-west-1");
    const { messages } = makeOrders(orders, { poison: 0, transient: 0, duplicates: 0 });
    let most = 0;
    const sampling = setInterval(() => {
      most = Math.max(most, megabytes(child.pid ?? 0));
    }, 250);
    try {
      await client.send(messages, outputs.apiUrl, outputs.ordersQueueUrl, AbortSignal.timeout(300_000));
      while ((await client.count(outputs.auditTableName)) < orders) await pause(500);
    } finally {
      clearInterval(sampling);
      client.close();
    }
    return [
      line("memory of spillway start, the whole pipeline idle", `${idle.toFixed(0)} MB`),
      line(`  under ${orders} orders, at most`, `${most.toFixed(0)} MB`, { says: "≤ 500 MB", kept: most <= 500 }),
    ];
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await ended;
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.split("\n")[0] ?? "");
    });
    child.once("exit", (code) => reject(new Error(`spillway start ended with ${code}`)));
  });
}

/** Of the process and all below it; what processes share is counted once. */
function megabytes(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? /^PPid:\s+(\d+)/m.exec(read(`/proc/${name}/status`))?.[1] : undefined;
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (each: number | undefined): boolean =>
    each === pid || (each !== undefined && isBelow(parents.get(each)));
  return [...parents.keys()]
    .filter(isBelow)
    .map((each) => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${each}/smaps_rollup`))?.[1] ?? 0) / 1024)
    .reduce((sum, each) => sum + each, 0);
}

/** Empty for what has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
