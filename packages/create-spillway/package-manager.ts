// The package manager that the command was called with: how it is called, and how it installs.
import { type ChildProcess, spawn } from "node:child_process";

export type ManagerName = "npm" | "pnpm" | "yarn";

export interface Manager {
  readonly name: ManagerName;
  /** As "10.34.9"; undefined where the command was called without one. */
  readonly version?: string;
  /** How it installs what the lock file says, and nothing else. */
  readonly installExactly: string;
  /** How it runs the command of a package. */
  readonly exec: string;
}

/** `userAgent`: what each of them says of itself in npm_config_user_agent, as "pnpm/10.34.9 npm/? node/v24.21.0". */
export function managerOf(userAgent: string | undefined): Manager {
  const [, name = "npm", version] = /^(npm|pnpm|yarn)\/(\d+\.\d+\.\d+\S*)/.exec(userAgent ?? "") ?? [];
  const given = version === undefined ? {} : { version };
  switch (name) {
    case "pnpm":
      return {
        ...given,
        name,
        installExactly: "corepack enable && pnpm install --frozen-lockfile",
        exec: "pnpm exec",
      };
    case "yarn": {
      const exactly = isYarnOne(version) ? "--frozen-lockfile" : "--immutable";
      return { ...given, name, installExactly: `corepack enable && yarn install ${exactly}`, exec: "yarn" };
    }
    default:
      return { ...given, name: "npm", installExactly: "npm ci", exec: "npx" };
  }
}

/** Yarn 2 and later install into archives, unless .yarnrc.yml asks for node_modules, where the program's tools look. */
export const isYarnOne = (version: string | undefined) => version?.startsWith("1.") ?? true;

/**
 * Without npm's warnings: of install scripts that the program does not need, and, on an older Node, one for each
 * package, so that nobody finds what the command itself has said of Node.
 */
const quietly: Readonly<Record<ManagerName, readonly string[]>> = { npm: ["--loglevel=error"], pnpm: [], yarn: [] };

/** Starts the installation in the folder, on this process's terminal. */
export function startInstall({ name }: Manager, folder: string): ChildProcess {
  // The script of the package manager that runs this command, which need not be in PATH.
  const { npm_execpath: script, NODE_ENV: _production, ...env } = process.env;
  const isScript = script !== undefined && /\.[cm]?js$/.test(script);
  const install = ["install", ...quietly[name]];
  const [command, args] = isScript ? [process.execPath, [script, ...install]] : [name, install];
  // Without NODE_ENV, because "production" would leave out the libraries for development. Windows finds npm.cmd only
  // through a shell.
  return spawn(command, args, { cwd: folder, env, stdio: "inherit", shell: !isScript && process.platform === "win32" });
}
