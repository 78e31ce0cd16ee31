// Publishes packages from the files that npm has packed. From a package's folder, npm would tell the registry what its
// package.json says of the sources: it reads that file again when `postpack` has restored it. `npx` would then look
// for a command that the package does not have.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { packageFolders } from "../pack/build";

type Say = (line: string) => void;

/** Packs every package that is not private, and publishes it unless its version is published already. */
export async function packAndPublish(root: string, say: Say): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "spillway-release-"));
  try {
    const workspaces = packageFolders(root).map((each) => `--workspace=${each}`);
    await npm(["pack", "--silent", "--pack-destination", folder, ...workspaces], root);
    await publish(
      readdirSync(folder).map((file) => path.join(folder, file)),
      say,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rejects with what npm says of the first package that it cannot publish. */
export async function publish(files: readonly string[], say: Say): Promise<void> {
  for (const file of files) {
    const { stdout } = await promisify(execFile)("tar", ["-xzOf", file, "package/package.json"]);
    const { name, version } = JSON.parse(stdout) as { readonly name: string; readonly version: string };
    if (await isPublished(name, version)) {
      say(`${name} ${version} is published already.`);
      continue;
    }
    await npm(["publish", file, "--access", "public"]);
    say(`${name} ${version} is published.`);
  }
}

async function isPublished(name: string, version: string): Promise<boolean> {
  try {
    return (await npm(["view", `${name}@${version}`, "version"])).trim() === version;
  } catch (error) {
    // The package or the version is not there.
    if (error instanceof Error && /\bE404\b/.test(error.message)) return false;
    throw error;
  }
}

async function npm(args: readonly string[], cwd?: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("npm", args, { ...(cwd !== undefined && { cwd }) });
    return stdout;
  } catch (error) {
    const { stderr = "" } = error as { readonly stderr?: string };
    throw new Error(`npm ${args[0]} failed:\n${stderr}`, { cause: error });
  }
}
