// The command line of `npm start`.
import { parseArgs } from "node:util";
import type { Value } from "@spillway/graph";

export interface StartOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly program: string;
  readonly stack: string;
  /** Where queues and tables are kept between runs; undefined: nowhere. */
  readonly dataDir: string | undefined;
  readonly json: boolean;
  /** Print every resource and output at the start. */
  readonly verbose: boolean;
  /** Most function environments at a time; undefined: twice the cores. */
  readonly concurrency: number | undefined;
  /** First of the ports on which the functions listen for a debugger; undefined: none listens. */
  readonly inspectPort: number | undefined;
  readonly speed: number;
  /** Check the program's types beside the run. */
  readonly typeCheck: boolean;
  /** Reload functions when their sources are saved. */
  readonly watch: boolean;
  /** Values that take the place of the stack file's. */
  readonly config: Readonly<Record<string, string>>;
  /** Outputs of other stacks, by the stack's name and the output's. */
  readonly stackOutputs: Readonly<Record<string, Readonly<Record<string, Value>>>>;
  readonly help: boolean;
}

/** The command line is not as `usage` says. */
export class UsageError extends Error {}

export const usage = `Runs the Pulumi program on this machine: no AWS account, no Docker, no Pulumi CLI.

npm start -- [options]

  --port N             port on 127.0.0.1 for every service; 0 takes any free one (default 4566)
  --program FILE       the program to run (default index.ts)
  --stack NAME         reads Pulumi.<NAME>.yaml (default dev)
  --config KEY=VALUE   takes the place of a value of the stack; may be repeated
  --stack-output STACK:OUTPUT=VALUE
                       what a StackReference to that stack answers, as JSON or as text; may be repeated
  --data DIR           keeps queues and tables there between runs (default: nothing is kept)
  --concurrency N      most functions that run at a time (default: twice the cores)
  --speed N            runs visibility timeouts, delays, windows and back-off N times faster (default 1)
  --watch              runs what is saved: replaces the code of the functions concerned, and nothing else
  --inspect            each function listens for a debugger, from port 9230 on; --inspect=PORT: from another port on
  --no-type-check      leaves the program's types unchecked
  --verbose            prints every resource and output at the start, not the first 40 lines
  --json               prints one line of JSON on stdout when ready, and everything else on stderr
  --help               prints this
`;

/** Beside Node's own 9229, which other programs use. */
const firstInspectPort = 9230;

/** Throws a UsageError. */
export function readOptions(args: readonly string[]): StartOptions {
  const { values } = parse(args);
  return {
    port: wholeNumber("--port", values.port, 0, 65_535) ?? 4566,
    program: values.program ?? "index.ts",
    stack: values.stack ?? "dev",
    dataDir: values.data,
    json: values.json ?? false,
    verbose: values.verbose ?? false,
    concurrency: wholeNumber("--concurrency", values.concurrency, 1, 1000),
    inspectPort: wholeNumber("--inspect", values.inspect, 1024, 65_000),
    speed: wholeNumber("--speed", values.speed, 1, 100_000) ?? 1,
    typeCheck: !(values["no-type-check"] ?? false),
    watch: values.watch ?? false,
    config: Object.fromEntries((values.config ?? []).map(keyAndValue)),
    stackOutputs: stackOutputsOf(values["stack-output"] ?? []),
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // An option of parseArgs has a value always or never.
      args: args.map((each) => (each === "--inspect" ? `--inspect=${firstInspectPort}` : each)),
      options: {
        port: { type: "string" },
        program: { type: "string" },
        stack: { type: "string" },
        config: { type: "string", multiple: true },
        "stack-output": { type: "string", multiple: true },
        data: { type: "string" },
        concurrency: { type: "string" },
        inspect: { type: "string" },
        speed: { type: "string" },
        "no-type-check": { type: "boolean" },
        watch: { type: "boolean" },
        json: { type: "boolean" },
        verbose: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${name} is "${text}"; allowed are whole numbers from ${min} to ${max}.`);
  }
  return value;
}

function stackOutputsOf(texts: readonly string[]): StartOptions["stackOutputs"] {
  const stacks: Record<string, Record<string, Value>> = {};
  for (const text of texts) {
    const [, stack = "", output = "", value = ""] = /^([^:=]+):([^=]+)=(.*)$/s.exec(text) ?? [];
    if (stack === "") {
      const example = "--stack-output acme/network/prod:vpcId=vpc-1";
      throw new UsageError(`--stack-output is "${text}"; give STACK:OUTPUT=VALUE, as ${example}.`);
    }
    stacks[stack] = { ...stacks[stack], [output]: jsonOrText(value) };
  }
  return stacks;
}

function jsonOrText(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

/** Of `--config`. Throws a UsageError. */
export function keyAndValue(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--config is "${text}"; give KEY=VALUE, as --config publicEndpoint=true.`);
  return [text.slice(0, at), text.slice(at + 1)];
}
