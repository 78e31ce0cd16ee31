// The dead letters of a stream's records that cannot succeed: stored with their payload, in order, while there is time.
import type { Invocation } from "../batch/invocation";
import type { StreamItem } from "./stream-item";

export interface Poison {
  readonly item: StreamItem;
  readonly error: unknown;
}

export interface PoisonRules {
  /** Whether it may still be stored, or comes again anyway, and would be stored again. */
  mayStore(item: StreamItem): boolean;
  /** Told of what is not stored, which must therefore come again. */
  comesAgain(item: StreamItem, error: unknown): void;
}

/** Dead letters stored at a time: as many as there are records in a bad batch must fit into the time that is left. */
const storedAtATime = 10;

export async function storePoison(
  poison: readonly Poison[],
  queueUrl: string,
  invocation: Invocation,
  { mayStore, comesAgain }: PoisonRules,
): Promise<void> {
  const inOrder = [...poison].sort((a, b) => a.item.position - b.item.position);
  for (let start = 0; start < inOrder.length; start += storedAtATime) {
    const chunk = inOrder.slice(start, start + storedAtATime);
    await Promise.all(
      chunk.map(async ({ item, error }) => {
        if (!mayStore(item)) return comesAgain(item, error);
        const placed = await invocation.deadLetter(queueUrl, item, error);
        // What does not fit into a message is left to the mapping's failure destination.
        if (placed === "placed") invocation.fail(item, "deadLettered", error);
        else comesAgain(item, error);
      }),
    );
  }
}
