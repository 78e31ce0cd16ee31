// What a command would change: how many letters, of which kinds, and where to. Nothing is changed by it.
import { Choice, type Others, type Selection } from "../letters/choice";
import type { DeadLetter } from "../letters/letter";
import { openReader } from "../letters/reader";
import { nameOfRoute, routeOf } from "../letters/route";
import type { Unread } from "../letters/unread";
import type { Consumer, Stack } from "../stack/stack";

export interface Plan {
  /** How many would be changed. */
  readonly count: number;
  /** How many are chosen, and would stay because they can go nowhere. */
  readonly stay: number;
  readonly read: number;
  /** What SQS did not hand out; it may be chosen, too. */
  readonly unread?: Unread;
  /** What is not the consumer's, and stays. */
  readonly others?: readonly Others[];
  /** The ids of those that would be changed, the first 1,000 of them. */
  readonly ids: readonly string[];
  /** The largest first. Their counts are those that would be changed and those that would stay. */
  readonly groups: readonly PlannedGroup[];
}

export interface PlannedGroup {
  readonly errorType: string;
  readonly count: number;
  /** Where they would go, or `stays: ` and why. */
  readonly to: string;
  /** Why they would stay: a sentence that ends with the way out. Undefined where they would not. */
  readonly stays?: string;
}

/** Where a letter would go. */
export type Destination = Pick<PlannedGroup, "to" | "stays">;

/** Where it would be sent, or, with `to`, to which other consumer. */
export function destinationOf(letter: DeadLetter, stack: Stack, to?: Consumer): Destination {
  const route = routeOf(letter, stack, to);
  return route.to === "nowhere" ? { to: `stays: ${route.why}`, stays: route.why } : { to: nameOfRoute(route) };
}

const mostIds = 1000;

/** `goesTo`: where a letter would go. */
export async function planOf(
  stack: Stack,
  selection: Selection & { readonly consumer: Consumer },
  { goesTo, signal }: { goesTo(letter: DeadLetter): Destination; readonly signal: AbortSignal },
): Promise<Plan> {
  const { consumer } = selection;
  const choice = new Choice(selection, "take");
  const reader = await openReader(stack, { consumer, signal });
  const groups = new Map<string, PlannedGroup>();
  const ids: string[] = [];
  let count = 0;
  let stay = 0;
  let read = 0;
  try {
    for await (const wave of reader.waves()) {
      read += wave.length;
      for (const letter of wave.filter((each) => choice.takes(each))) {
        const where = goesTo(letter);
        if (where.stays !== undefined) stay += 1;
        else {
          count += 1;
          if (ids.length < mostIds) ids.push(letter.id);
        }
        const key = `${letter.errorType} ${where.to}`;
        const group = groups.get(key) ?? { errorType: letter.errorType, count: 0, ...where };
        groups.set(key, { ...group, count: group.count + 1 });
      }
    }
    const { others } = choice;
    return {
      count,
      stay,
      read,
      ...(reader.unread && { unread: reader.unread }),
      ...(others && { others }),
      ids,
      groups: [...groups.values()].sort((a, b) => b.count - a.count),
    };
  } finally {
    await reader.close();
  }
}
