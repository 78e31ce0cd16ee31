// Size and start time of a callback's bundle, against the same code unbundled and against what
// aws.lambda.CallbackFunction uploads.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { build } from "esbuild";
import { zipSync } from "fflate";
import { archiveOf } from "spillway/bundle/archive";
import { buildEntries, buildOptions } from "spillway/bundle/build";
import { dependencies } from "../../package.json";
import { line, median } from "./figures";

const root = path.resolve(__dirname, "..", "..");
const rounds = 15;

/**
 * Packages that a callback with the DynamoDB client needs at run time; the program's other ones would not be there in a
 * project of it alone.
 */
const packagesOfCallback = ["@aws-sdk/client-dynamodb", "@aws-sdk/lib-dynamodb", "@aws-sdk/util-dynamodb", "valibot"];

const entryOf = (module: string, name: string) =>
  `import { ${name} as callback } from "./${module}";\nimport { queueHandler } from "./components/runtime/handlers/queue";\n` +
  "export const handler = queueHandler(callback);\n";

async function bundleOf(text: string): Promise<string> {
  const [built] = await buildEntries([{ text }], root);
  return built?.code ?? "";
}

/** Milliseconds from the start of a process until the code is loaded and the handler is made. */
function startTime(file: string): number {
  const environment = {
    PATH: process.env.PATH,
    AWS_REGION: "eu-west-1",
    SPILLWAY: JSON.stringify({
      bindings: { orders: "orders" },
      source: {
        kind: "queue",
        queueUrl: "http://127.0.0.1:1/000000000000/q",
        deadLetterQueueUrl: "http://127.0.0.1:1/000000000000/d",
        maxReceiveCount: 5,
        concurrency: 10,
      },
    }),
  };
  const before = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [file], { env: environment, timeout: 30_000, cwd: root });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
  return performance.now() - before;
}

/**
 * The archive of the stock CallbackFunction: the packages of the callback with all that they depend on. The serialised
 * closure comes on top.
 */
async function stockArchive(): Promise<Uint8Array> {
  const others = Object.keys(dependencies).filter((name) => !packagesOfCallback.includes(name));
  const paths = await pulumi.runtime.computeCodePaths({ extraExcludePackages: others });
  const files: Record<string, Uint8Array> = {};
  for (const asset of paths.values()) {
    const from = (await (asset as unknown as { path: Promise<string> }).path) as string | undefined;
    if (from !== undefined) collect(path.resolve(root, from), files);
  }
  return zipSync(files);
}

function collect(place: string, files: Record<string, Uint8Array>): void {
  if (!statSync(place).isDirectory()) {
    files[path.relative(root, place)] = readFileSync(place);
    return;
  }
  for (const name of readdirSync(place)) collect(path.join(place, name), files);
}

export async function benchBundle(): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "spillway-bench-"));
  // Inside the project, so that its packages are found.
  const inside = path.join(root, ".spillway", `bench-${process.pid}`);
  mkdirSync(inside, { recursive: true });
  try {
    const text = entryOf("functions/place-order", "placeOrder");
    const withSdk = await bundleOf(text);
    const withoutSdk = await bundleOf(entryOf("tools/bench/fixtures/callbacks", "note"));
    const files = {
      bundled: path.join(folder, "bundled.js"),
      unbundled: path.join(inside, "unbundled.cjs"),
      clients: path.join(inside, "clients.cjs"),
      empty: path.join(folder, "empty.js"),
    };
    writeFileSync(files.bundled, withSdk);
    // The same callback and consumer, with every package loaded from node_modules.
    await build({
      ...buildOptions,
      sourcemap: false,
      absWorkingDir: root,
      stdin: { contents: text, resolveDir: root, loader: "ts" },
      packages: "external",
      // The consumer is no package from node_modules: its sources are compiled with the callback.
      alias: { "spillway/callback": path.join(root, "components", "callback.ts") },
      outfile: files.unbundled,
    });
    writeFileSync(files.clients, 'require("@aws-sdk/client-dynamodb"); require("@aws-sdk/lib-dynamodb");\n');
    writeFileSync(files.empty, "");
    const times = { bundled: [], unbundled: [], clients: [], empty: [] } as Record<keyof typeof files, number[]>;
    for (let round = 0; round < rounds; round += 1) {
      for (const name of ["bundled", "unbundled", "clients", "empty"] as const)
        times[name].push(startTime(files[name]));
    }
    const [ours, unbundled, clients, empty] = [times.bundled, times.unbundled, times.clients, times.empty].map(median);
    if (!ours || !unbundled || !clients || !empty) throw new RangeError("no rounds");
    const zip = archiveOf({ "index.js": Buffer.from(withSdk) }).length;
    const stock = (await stockArchive()).length;
    const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;
    return [
      line("bundle of placeOrder (consumer, valibot, DynamoDB client)", kb(withSdk.length), {
        says: "≤ 410 KB",
        kept: withSdk.length <= 410_000,
      }),
      line("bundle of a callback without SDK", kb(withoutSdk.length), {
        says: "≤ 80 KB",
        kept: withoutSdk.length <= 80_000,
      }),
      line("archive: ours / aws.lambda.CallbackFunction's", `${kb(zip)} / ${kb(stock)} = 1/${Math.round(stock / zip)}`),
      line(
        "process start to handler ready, bundled / unbundled",
        `${ours.toFixed(0)} ms / ${unbundled.toFixed(0)} ms = ${(ours / unbundled).toFixed(2)}`,
        { says: "≤ 0.60", kept: ours / unbundled <= 0.6 },
      ),
      line(
        "  against the SDK's clients alone, unbundled",
        `${(ours / clients).toFixed(2)} (an empty process: ${(empty / clients).toFixed(2)})`,
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(inside, { recursive: true, force: true });
  }
}
