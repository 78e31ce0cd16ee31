// `npm run trial`: what `spillway dlq` promises, tried from outside against a local run, with each claim and what was
// seen.
import "@spillway/cli/node-version";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as path from "node:path";
import { offBalance } from "./balance";
import { Claims, type Part } from "./claims";
import { Commands, copyProgram, Deployment } from "./commands";
import { drawUpEvents } from "./events";
import { kill } from "./killing";
import { collect, list, show } from "./looking";
import { look, operate } from "./operating";
import { readOptions, type TrialOptions, UsageError, usage } from "./options";
import { policiesIn } from "./policies";
import { Random } from "./random";
import { canary, redriveFunction, redriveOrders } from "./redriving";
import { rehearse } from "./rehearsing";
import { sendAndTail } from "./sending";
import { Trial } from "./trial";
import { Witness } from "./witness";
import { World } from "./world";

const interrupted = 130;
const root = path.resolve(__dirname, "..", "..");

const parts = (trial: Trial): readonly Part[] => [
  { name: "Dead letters come about", run: () => collect(trial) },
  { name: "dlq list", run: () => list(trial) },
  { name: "dlq show, outputs", run: () => show(trial) },
  { name: "dlq rehearse", run: () => rehearse(trial) },
  { name: "As on AWS, with the role that may look", run: () => look(trial) },
  { name: "dlq redrive, before the fix", run: () => canary(trial) },
  { name: "The fix is reloaded", run: () => trial.fix("unwanted") },
  { name: "As on AWS, with the redriver's role: a queue, a FIFO queue and a stream", run: () => operate(trial) },
  { name: "dlq redrive, edit, discard, restore, of a queue", run: () => redriveOrders(trial) },
  {
    name: "dlq replay, redrive, of a topic",
    run: () => redriveFunction(trial, "audit", (args) => trial.spillway(args)),
  },
  { name: "dlq redrive, killed", run: () => kill(trial) },
  { name: "send, tail", run: () => sendAndTail(trial) },
  { name: "The balance", run: () => balance(trial) },
];

async function balance({ claims, world, sent, deployment, ...ends }: Trial): Promise<void> {
  const off = offBalance(sent, await world.items(), ends);
  claims.claim(
    `${sent.length} events are where they belong, once, in order`,
    off.length === 0,
    off.join("; ") || "all",
  );
  const { deadLetters, queueUrls } = deployment.outputs;
  for (const [name, { url }] of Object.entries(deadLetters)) {
    claims.equal(`dead letters of ${name}`, await world.depth(url), 0);
  }
  for (const [name, url] of Object.entries(queueUrls)) claims.equal(`messages of ${name}`, await world.depth(url), 0);
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
  const claims = new Claims((line) => (options.json ? process.stderr : process.stdout).write(`${line}\n`));
  try {
    const code = await perform(claims, options, stop.signal);
    if (options.json) process.stdout.write(`${JSON.stringify({ ...options, claims: claims.made }, undefined, 2)}\n`);
    return code;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write("interrupted\n");
    return interrupted;
  }
}

async function perform(claims: Claims, { seed, letters }: TrialOptions, signal: AbortSignal): Promise<number> {
  // Within the repository, so that the program finds its packages.
  mkdirSync(path.join(root, ".spillway"), { recursive: true });
  const folder = mkdtempSync(path.join(root, ".spillway", "trial-"));
  const commands = new Commands(folder, signal);
  signal.addEventListener("abort", () => void commands.end());
  let [world, witness]: [World?, Witness?] = [];
  try {
    const [running, checkout] = [path.join(folder, "running"), path.join(folder, "checkout")];
    const policies = policiesIn(readFileSync(path.join(root, "docs", "dead-letters.md"), "utf8"));
    for (const copy of [running, checkout]) copyProgram(copy, policies);
    const deployment = await Deployment.start(running, commands);
    process.stderr.write(`Seed ${seed}. The run is at ${deployment.address}.\n`);
    world = new World(deployment.address, deployment.outputs);
    witness = new Witness(deployment.address);
    const random = new Random(seed);
    const sent = drawUpEvents(letters, random);
    const port = await witness.listen();
    const trial = new Trial(claims, commands, deployment, checkout, world, witness, port, sent, random);
    return await claims.conduct(parts(trial), signal);
  } finally {
    await commands.end();
    witness?.close();
    world?.close();
    rmSync(folder, { recursive: true });
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(error instanceof UsageError ? `${error.message}\n\n${usage}` : `${error?.stack ?? error}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
