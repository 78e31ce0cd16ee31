// `npm run bench`: every figure in one run, as a ratio against a peer or another way measured beside it. Aims that are
// missed make it end non-zero.
import "@spillway/cli/node-version";
import { benchBundle } from "./bundle";
import { benchConsumerOverhead } from "./consumer-overhead";
import { benchEvaluation } from "./evaluation";
import { benchReady, benchSources } from "./local-run";
import { benchMemory } from "./memory";
import { benchPipeline } from "./pipeline";

const benches = {
  bundle: benchBundle,
  consumer: benchConsumerOverhead,
  evaluation: benchEvaluation,
  ready: benchReady,
  sources: benchSources,
  memory: benchMemory,
  pipeline: benchPipeline,
};

/** `npm run bench -- sources memory` runs these alone. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined) {
    process.stderr.write(`There is no bench "${unknown}"; there are ${Object.keys(benches).join(", ")}.\n`);
    process.exitCode = 2;
    return;
  }
  let missed = false;
  for (const [name, bench] of Object.entries(benches)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    for (const text of await bench()) {
      process.stdout.write(`${text}\n`);
      missed ||= text.endsWith("MISSED");
    }
  }
  process.exitCode = missed ? 1 : 0;
}

void main();
