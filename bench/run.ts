// `npm run bench`: every figure in one run, as a ratio against a peer or another way measured beside it. Aims that are missed make it end non-zero.
import { benchBundle } from "./bundle";
import { benchConsumerOverhead } from "./consumer-overhead";
import { benchLocalRun } from "./local-run";

async function main(): Promise<void> {
  let missed = false;
  for (const bench of [benchBundle, benchConsumerOverhead, benchLocalRun]) {
    for (const text of await bench()) {
      process.stdout.write(`${text}\n`);
      missed ||= text.endsWith("MISSED");
    }
  }
  process.exitCode = missed ? 1 : 0;
}

void main();
