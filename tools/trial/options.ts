// The command line of `npm run trial`.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

export const usage = `The acceptance trial of \`spillway dlq\`, against a local run of its own. Ends with 1 when a claim is not right.

npm run trial -- [options]

  --seed N         what all random choices are made of, 0 to 4294967295 (default: a new one, which is printed)
  --letters N      dead letters, 500 to 10000 (default 1000)
  --json           prints the claims as one JSON document, and the lines about them on stderr
  --help           prints this
`;

/** The command line is not as `usage` says. */
export class UsageError extends Error {}

export interface TrialOptions {
  readonly seed: number;
  readonly letters: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** Throws a UsageError. */
export function readOptions(args: readonly string[]): TrialOptions {
  const { seed, letters = "1000", json = false, help = false } = parse(args);
  return {
    seed: seed === undefined ? randomInt(2 ** 32) : wholeNumber("--seed", seed, 0, 2 ** 32 - 1),
    letters: wholeNumber("--letters", letters, 500, 10_000),
    ...{ json, help },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: "string" },
        letters: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${option} is "${text}"; allowed are whole numbers from ${least} to ${most}.`);
}
