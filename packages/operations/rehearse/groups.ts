// The letters of a rehearsal in groups: the same verdict for the same reason, that were given up for the same reason.
import { trimStack } from "spillway/bundle/frames";
import { withoutIds } from "../letters/groups";
import type { Verdict } from "./trials";

export type Rehearsed = Verdict & {
  /** The id in the dead-letter queue. */
  readonly id: string;
  /** Why it is a dead letter. */
  readonly was: { readonly errorType: string; readonly errorMessage: string; readonly bundle?: string };
};

export interface RehearsedGroup {
  readonly verdict: Verdict["verdict"];
  readonly count: number;
  /** Why they fail now, or are skipped; of the first of them. */
  readonly why?: string;
  /** The first frames of the stack of the first of them. */
  readonly stack?: string;
  /** Whether Lambda would run them again before it gives them up. */
  readonly retried?: boolean;
  /** The type of the error that they were given up with. */
  readonly was: string;
  /** The id of the first of them. */
  readonly example: string;
}

const mostFrames = 5;
const order = ["succeeds", "fails", "skipped"];

/** Those that succeed come first, and within them the largest. */
export function groupsOf(letters: readonly Rehearsed[]): readonly RehearsedGroup[] {
  const groups = new Map<string, Rehearsed[]>();
  for (const letter of letters) {
    const key = JSON.stringify([letter.verdict, withoutIds(whyOf(letter) ?? ""), letter.was.errorType]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [letter]);
    else group.push(letter);
  }
  return [...groups.values()]
    .flatMap((group) => (group[0] === undefined ? [] : [groupOf(group[0], group.length)]))
    .sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || b.count - a.count);
}

function groupOf(first: Rehearsed, count: number): RehearsedGroup {
  const why = whyOf(first);
  const frames = first.verdict === "fails" ? framesIn(first.stack) : "";
  return {
    verdict: first.verdict,
    count,
    ...(why !== undefined && { why }),
    ...(frames !== "" && { stack: frames }),
    ...(first.verdict === "fails" && { retried: first.retried }),
    was: first.was.errorType,
    example: first.id,
  };
}

function whyOf(letter: Rehearsed): string | undefined {
  switch (letter.verdict) {
    case "succeeds":
      return undefined;
    case "fails":
      return `${letter.errorType}: ${letter.errorMessage}`;
    case "skipped":
      return letter.why;
  }
}

function framesIn(stack = ""): string {
  return trimStack(stack)
    .split("\n")
    .filter((line) => /^\s*at /.test(line))
    .slice(0, mostFrames)
    .map((line) => line.trim())
    .join("\n");
}
