// The command line of `npm run demo`.
import * as path from "node:path";
import { parseArgs } from "node:util";

export const usage = `Sends orders and activity through the whole pipeline on this machine, and draws up the balance. Ends with 1 when it is off.

npm run demo -- [options]

  --orders N       messages to send, 100 to 1000000 (default 10000): 1 % poison, 2 % duplicates, 5 % refused at first
  --activity N     records to put into the activity stream after them, 0 to 1000000 (default 10000): 0.1 % poison
  --picture FILE   where the picture of the flow goes, SVG (default .spillway/demo.svg)
  --help           prints this
`;

/** The command line is not as `usage` says. */
export class UsageError extends Error {}

export interface DemoOptions {
  readonly orders: number;
  readonly activity: number;
  readonly picture: string;
  readonly help: boolean;
}

/** Throws a UsageError. */
export function readOptions(args: readonly string[]): DemoOptions {
  const values = parse(args);
  return {
    orders: wholeNumber("--orders", values.orders ?? "10000", 100),
    activity: wholeNumber("--activity", values.activity ?? "10000", 0),
    picture: path.resolve(values.picture ?? ".spillway/demo.svg"),
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        orders: { type: "string" },
        activity: { type: "string" },
        picture: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= 1_000_000) return value;
  throw new UsageError(`${option} is "${text}"; allowed are whole numbers from ${least} to 1000000.`);
}
