// What a command would change: how many letters, of which kinds, and where to. Nothing is changed by it.
import { Choice, type Others, type Selection } from "../letters/choice";
import { openReader } from "../letters/reader";
import { nameOfRoute, routeOf } from "../letters/route";
import type { Unread } from "../letters/unread";
import type { Consumer, Stack } from "../stack/stack";

export interface Plan {
  readonly count: number;
  readonly read: number;
  /** What SQS did not hand out; it may be chosen, too. */
  readonly unread?: Unread;
  /** What is not the consumer's, and stays. */
  readonly others?: readonly Others[];
  /** The ids, the first 1,000 of them. */
  readonly ids: readonly string[];
  readonly groups: readonly { readonly errorType: string; readonly count: number; readonly to: string }[];
}

const mostIds = 1000;

/** `to`: where they would go instead of where they came from. */
export async function planOf(
  stack: Stack,
  selection: Selection & { readonly consumer: Consumer },
  { to, signal }: { readonly to?: Consumer | undefined; readonly signal: AbortSignal },
): Promise<Plan> {
  const { consumer } = selection;
  const choice = new Choice(selection, "take");
  const reader = await openReader(stack, { consumer, signal });
  const groups = new Map<string, { errorType: string; count: number; to: string }>();
  const ids: string[] = [];
  let count = 0;
  let read = 0;
  try {
    for await (const wave of reader.waves()) {
      read += wave.length;
      for (const letter of wave.filter((each) => choice.takes(each))) {
        count += 1;
        if (ids.length < mostIds) ids.push(letter.id);
        const route = routeOf(letter, stack, to);
        const where = route.to === "nowhere" ? `stays: ${route.why}` : nameOfRoute(route);
        const key = `${letter.errorType} ${where}`;
        const group = groups.get(key) ?? { errorType: letter.errorType, count: 0, to: where };
        groups.set(key, { ...group, count: group.count + 1 });
      }
    }
    const { others } = choice;
    return {
      count,
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
