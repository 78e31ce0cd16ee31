// Refuses a Node that is too old, before anything is loaded that needs a newer one: imported first by what is run from the command line.
import { engines, optionalDependencies } from "./package.json";

/** Why Node `version` (as "20.20.2") cannot run this, and the fix; undefined where it can. `packages` are the optional ones that bring a Node. */
export function refuseNode(
  version: string,
  platform: string,
  packages: Readonly<Record<string, string>> = optionalDependencies,
): string | undefined {
  const least = engines.node.replace(">=", "");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  const name = `node-${platform}`;
  const bring = packages[name];
  const orPackage =
    bring === undefined ? "" : `, or the optional package that brings Node ${bring}: npm i -O -E ${name}@${bring}`;
  return `Node is ${version}; this needs ${least} or later. Install one${orPackage}`;
}

const refusal = refuseNode(
  process.versions.node,
  `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`,
);
if (refusal !== undefined) {
  process.stderr.write(`${refusal}\n`);
  process.exit(1);
}
