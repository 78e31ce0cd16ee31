// `npm run version` makes the next version of all packages of the changesets, and tells in CHANGELOG.md what changes.
// `npm run release` publishes the version that the packages have.
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { packAndPublish } from "./publish";
import { makeVersion } from "./version";

const root = path.resolve(__dirname, "..", "..");
const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(command: string | undefined): Promise<void> {
  if (command === "publish") return packAndPublish(root, say);
  if (command !== "version") throw new Error("Call npm run version, or npm run release.");
  const version = await makeVersion(root, new Date());
  const install = ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];
  execFileSync("npm", install, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  say(`${version} is made. Read CHANGELOG.md, and commit all of it as "Release ${version}".`);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
