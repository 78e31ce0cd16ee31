// What a command would change: how many letters, of which kinds, and where to. Nothing is changed by it.
import { type Filter, isEmpty, takes } from "../letters/filter";
import type { DeadLetter } from "../letters/letter";
import { openReader } from "../letters/reader";
import { nameOfRoute, routeOf } from "../letters/route";
import type { Unread } from "../letters/unread";
import type { Consumer, Stack } from "../stack/stack";

/** Which letters of a consumer are chosen. */
export interface Selection {
  readonly consumer: Consumer;
  readonly filter: Filter;
  /** The id of the only one. */
  readonly only?: string;
}

export const isChosen = ({ filter, only }: Selection, letter: DeadLetter): boolean =>
  only === undefined ? takes(filter, letter) : letter.id === only;

/** Whether so many letters are all that can be chosen: those of which each is named by its id. */
export const foundAll = ({ filter: { id, ...others } }: Selection, count: number): boolean =>
  id !== undefined && isEmpty(others) && count >= id.length;

export interface Plan {
  readonly count: number;
  readonly read: number;
  /** What SQS did not hand out; it may be chosen, too. */
  readonly unread?: Unread;
  /** The ids, the first 1,000 of them. */
  readonly ids: readonly string[];
  readonly groups: readonly { readonly errorType: string; readonly count: number; readonly to: string }[];
}

const mostIds = 1000;

/** `to`: where they would go instead of where they came from. */
export async function planOf(
  stack: Stack,
  selection: Selection,
  { to, signal }: { readonly to?: Consumer | undefined; readonly signal: AbortSignal },
): Promise<Plan> {
  const { consumer } = selection;
  const reader = await openReader({ sqs: stack.clientsOf(consumer).sqs, consumer, signal });
  const groups = new Map<string, { errorType: string; count: number; to: string }>();
  const ids: string[] = [];
  let count = 0;
  let read = 0;
  try {
    for await (const wave of reader.waves()) {
      read += wave.length;
      for (const letter of wave.filter((each) => isChosen(selection, each))) {
        count += 1;
        if (ids.length < mostIds) ids.push(letter.id);
        const route = routeOf(letter, stack, to);
        const where = route.to === "nowhere" ? `stays: ${route.why}` : nameOfRoute(route);
        const key = `${letter.errorType} ${where}`;
        const group = groups.get(key) ?? { errorType: letter.errorType, count: 0, to: where };
        groups.set(key, { ...group, count: group.count + 1 });
      }
    }
    return {
      count,
      read,
      ...(reader.unread && { unread: reader.unread }),
      ids,
      groups: [...groups.values()].sort((a, b) => b.count - a.count),
    };
  } finally {
    await reader.close();
  }
}
