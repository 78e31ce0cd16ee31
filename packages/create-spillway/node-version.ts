// Whether the running Node can run the program that is created.
import type { ManagerName } from "./package-manager";

const least = { major: 22, minor: 15 };

/** The machines for which npm installs a Node 24 with `@spillway/cli`, into node_modules/.bin of the program. */
export const bundledFor: readonly string[] = ["darwin-x64", "linux-arm64", "linux-x64", "win-x64"];

export interface Machine {
  /** As "22.15.0". */
  readonly node: string;
  /** As "linux-x64". */
  readonly platform: string;
}

export const thisMachine = (): Machine => ({
  node: process.versions.node,
  platform: `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`,
});

export interface Judgement {
  /** The program cannot run here. */
  readonly refusal?: string;
  /** It runs here, with something to know. */
  readonly warning?: string;
}

export function judgeNode({ node, platform }: Machine, manager: ManagerName): Judgement {
  const [major = 0, minor = 0] = node.split(".").map(Number);
  if (major > least.major || (major === least.major && minor >= least.minor)) return {};
  const fault = `Node is ${node}; Spillway needs ${least.major}.${least.minor} or later.`;
  if (manager === "npm" && bundledFor.includes(platform)) {
    return {
      warning: `${fault} npm installs Node 24 with the program, and its scripts run on that. Install Node 24 before you deploy: Pulumi runs the program on the Node of your machine.`,
    };
  }
  return { refusal: `${fault} Install Node 24, and call this again.` };
}
