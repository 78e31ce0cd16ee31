// `npm create spillway`: makes a program of a template, installs its packages, and says what comes next.
import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline/promises";
import { defaultFolder, type Given, help, parse } from "./command-line";
import { judgeNode, thisMachine } from "./node-version";
import { type Manager, managerOf, startInstall } from "./package-manager";
import { faultOfName, nameOfFolder } from "./project-name";
import { dependenciesOf, writeProgram } from "./template";

/** As docs/commands.md has them. */
const exitCodes = { done: 0, failed: 1, wrongUsage: 2, interrupted: 130 } as const;
type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const print = (text: string) => void process.stdout.write(`${text}\n`);
const say = (text: string) => void process.stderr.write(`${text}\n`);

/** `args`: what stands after the command. Sets the exit code of the process. */
export async function main(args: readonly string[], version: string): Promise<void> {
  // A reader of the beginning only, such as `head`, has what they want.
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code !== "EPIPE") process.exitCode = exitCodes.failed;
  });
  process.exitCode = await run(args, version);
}

async function run(args: readonly string[], version: string): Promise<ExitCode> {
  const parsed = parse(args, process.env);
  if ("fault" in parsed) {
    say(`${parsed.fault}\n--help lists the options: npm create spillway@latest -- --help`);
    return exitCodes.wrongUsage;
  }
  if ("show" in parsed) {
    print(parsed.show === "help" ? help.trimEnd() : version);
    return exitCodes.done;
  }
  const manager = managerOf(process.env.npm_config_user_agent);
  const { refusal, warning } = judgeNode(thisMachine(), manager.name);
  if (refusal !== undefined) {
    say(refusal);
    return exitCodes.failed;
  }
  try {
    const folder = parsed.given.folder ?? (await folderOf(parsed.given));
    if (folder === undefined) return exitCodes.interrupted;
    return await create(path.resolve(folder), parsed.given, manager, warning);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return exitCodes.failed;
  }
}

/** The folder that is answered on a terminal, or the default; undefined after Ctrl-C. */
async function folderOf({ yes }: Given): Promise<string | undefined> {
  if (yes || !process.stdin.isTTY || !process.stdout.isTTY) return defaultFolder;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // Ctrl-C and Ctrl-D close the terminal, and then nobody answers.
    const closed = new Promise<undefined>((resolve) => terminal.once("close", () => resolve(undefined)));
    const answer = await Promise.race([terminal.question(`Folder (${defaultFolder}): `), closed]);
    if (answer === undefined) print("");
    return answer?.trim() === "" ? defaultFolder : answer?.trim();
  } finally {
    terminal.close();
  }
}

async function create(
  folder: string,
  { template, install }: Given,
  manager: Manager,
  warning: string | undefined,
): Promise<ExitCode> {
  const name = nameOfFolder(path.basename(folder));
  const fault = faultOfFolder(folder) ?? faultOfName(path.basename(folder), dependenciesOf(template));
  if (fault !== undefined) {
    say(fault);
    return exitCodes.wrongUsage;
  }
  const files = writeProgram(folder, { template, name, manager });
  const shown = path.relative(process.cwd(), folder);
  print(
    `Created the project ${name} in ${shown === "" ? "this folder" : shown}: ${files.length} files, template ${template}.`,
  );
  if (warning !== undefined) say(warning);
  const enter = shown === "" ? [] : [/\s/.test(shown) ? `cd "${shown}"` : `cd ${shown}`];
  const installation = `${manager.name} install`;
  if (!install) {
    print(nextSteps([...enter, installation], manager));
    return exitCodes.done;
  }
  print(`\nInstalling its packages: ${installation}\n`);
  const outcome = await ended(startInstall(manager, folder));
  if (outcome !== "done") {
    const again = [...enter, installation].join(" && ");
    const what = outcome === "interrupted" ? "Interrupted." : `${installation} has failed, and says why above.`;
    say(`\n${what} The program is complete; its packages are not. Install them with: ${again}`);
    return exitCodes[outcome];
  }
  print(nextSteps(enter, manager));
  return exitCodes.done;
}

/** What is wrong with the folder; undefined where a program can be written there. A new repository of git is empty. */
function faultOfFolder(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  if (!statSync(folder).isDirectory()) return `${folder} is a file. Give a folder that is new or empty.`;
  const [first, ...others] = readdirSync(folder).filter((entry) => entry !== ".git");
  if (first === undefined) return undefined;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return `${folder} is not empty: it has ${first}${more}. Nothing was written. Give a folder that is new or empty.`;
}

/** How the installation ends. Ctrl-C reaches it, too, as it has the same terminal; other signals are passed on. */
function ended(child: ChildProcess): Promise<"done" | "failed" | "interrupted"> {
  let interrupted = false;
  const onSignal = (signal: NodeJS.Signals) => {
    // Who asks twice does not want to wait.
    if (interrupted) process.exit(exitCodes.interrupted);
    interrupted = true;
    if (signal !== "SIGINT") child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`The packages cannot be installed: ${error.message}`)));
    child.once("close", (code, signal) => {
      if (interrupted || signal === "SIGINT") resolve("interrupted");
      else resolve(code === 0 ? "done" : "failed");
    });
  });
}

function nextSteps(first: readonly string[], { name, exec }: Manager): string {
  const rest: readonly (readonly [command: string, meaning: string])[] = [
    [`${name} test`, "sends an event through the program on this machine"],
    [`${name} start`, "runs the program on this machine until Ctrl-C"],
    [`${exec} spillway --help`, "lists what else the command does"],
    ["pulumi stack init dev && pulumi up", "deploys the program to AWS: see README.md"],
  ];
  const width = Math.max(...rest.map(([command]) => command.length));
  const lines = [...first, ...rest.map(([command, meaning]) => `${command.padEnd(width)}   ${meaning}`)];
  return `\nNext:\n\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}
