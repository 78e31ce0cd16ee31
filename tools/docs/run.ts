// `npm run docs`: builds the documentation site. `npm run docs -- --serve` serves it while you write.
import * as path from "node:path";
import { writeReference } from "./reference";

const root = path.resolve(__dirname, "..", "..");

async function run(args: readonly string[]): Promise<void> {
  await writeReference(root);
  const { build, createServer } = await import("vitepress");
  const docs = path.join(root, "docs");
  if (!args.includes("--serve")) return build(docs);
  const server = await createServer(docs, { host: "127.0.0.1" });
  await server.listen();
  server.printUrls();
}

run(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
