// What a program tells of itself: the outputs of a stack by Pulumi's own command or from a file, and the pages of the
// local run.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import type { LocalSettings } from "@spillway/local";
import { spillway } from "../called";

export type Outputs = Readonly<Record<string, unknown>>;

/** Milliseconds. Pulumi asks its backend, over the network. */
const pulumiTimeout = 60_000;
const runTimeout = 30_000;
/** Bytes. */
const longestOutputs = 32 * 1024 * 1024;

export async function outputsOfRun(address: string, signal: AbortSignal): Promise<Outputs> {
  return parsed(await pageOfRun(address, "outputs", signal), `${address}/_spillway/outputs`);
}

/** What a component of the local run's program says of its dead letters, whether it is exported or not. */
export interface ComponentOfRun {
  readonly name: string;
  readonly [member: string]: unknown;
}

export async function deadLettersOfRun(address: string, signal: AbortSignal): Promise<readonly ComponentOfRun[]> {
  return JSON.parse(await pageOfRun(address, "dead-letters", signal)) as readonly ComponentOfRun[];
}

/** What a local run was started with: its program, as an absolute path, with what makes it the same when evaluated. */
export interface ProgramOfRun extends Pick<LocalSettings, "program" | "stack" | "config"> {
  /** The options, without their values, that the run was started with and that it does not show. */
  readonly withheld: readonly string[];
}

/** Undefined for a run that was started before there was such a page. */
export async function programOfRun(address: string, signal: AbortSignal): Promise<ProgramOfRun | undefined> {
  const text = await pageOfRun(address, "program", signal, "null");
  return (JSON.parse(text) as ProgramOfRun | null) ?? undefined;
}

/** `absent`: the text of a page that is not there. Default: that is an error. */
async function pageOfRun(address: string, page: string, signal: AbortSignal, absent?: string): Promise<string> {
  const response = await fetch(`${address}/_spillway/${page}`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(runTimeout)]),
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Error(
      `No local run listens at ${address}. Start it with \`${spillway} start\`, say its port with --port, or read a ` +
        "deployed stack with --stack NAME.",
      { cause: error },
    );
  });
  if (response.status === 503) throw new Error(`The local run at ${address} is starting. Try again when it is ready.`);
  const text = await response.text();
  if (response.status === 404 && absent !== undefined) return absent;
  if (!response.ok) throw new Error(`${address} answers ${response.status}, as no local run does: ${cut(text)}`);
  return text;
}

export function outputsOfStack(stack: string, signal: AbortSignal): Promise<Outputs> {
  const args = ["stack", "output", "--json", "--non-interactive", "--stack", stack];
  const command = `pulumi ${args.join(" ")}`;
  return new Promise((resolve, reject) => {
    execFile(
      "pulumi",
      args,
      { signal, timeout: pulumiTimeout, maxBuffer: longestOutputs, encoding: "utf8" },
      (error, stdout, stderr) => {
        if (error === null) {
          try {
            resolve(parsed(stdout, command));
          } catch (fault) {
            reject(fault);
          }
          return;
        }
        if (signal.aborted) return reject(error);
        if (error.code === "ENOENT") {
          const way = "pulumi stack output --json > outputs.json";
          return reject(
            new Error(
              "The command `pulumi` was not found, which --stack needs to read the stack's outputs. Install it, or " +
                `write them to a file where it is installed (\`${way}\`), and give --outputs outputs.json.`,
            ),
          );
        }
        const why = error.killed === true ? `it took more than ${pulumiTimeout / 1000} s` : cut(stderr.trim());
        reject(new Error(`\`${command}\` failed: ${why}`));
      },
    );
  });
}

export function outputsOfFile(file: string): Outputs {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(
      `--outputs ${file} cannot be read: ${(error as Error).message}. Write it with \`pulumi stack output --json\`.`,
    );
  }
  return parsed(text, file);
}

function parsed(text: string, place: string): Outputs {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Below.
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(
      `${place} is not a JSON object of outputs, as \`pulumi stack output --json\` prints it: ${cut(text)}`,
    );
  }
  // What `spillway start --json` prints has them inside.
  const { outputs } = value as { readonly outputs?: unknown };
  const inner = "address" in value && typeof outputs === "object" && outputs !== null;
  return (inner ? outputs : value) as Outputs;
}

const cut = (text: string) => (text.length <= 500 ? text : `${text.slice(0, 500)}…`);
