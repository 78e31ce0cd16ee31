// Letters of streams in the order of their keys. A dead-letter queue of a stream is a standard queue, which keeps none.
import type { DeadLetter } from "../letters/letter";

/** At a time: order matters within a lane only. */
const lanesAtATime = 5;

/** Letters of the same partition key, in the order of the stream. What has no key is a lane of its own. */
export function lanesOf(letters: readonly DeadLetter[]): readonly (readonly DeadLetter[])[] {
  const lanes = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const { partitionKey } = letter.reason ?? {};
    const key = partitionKey === undefined ? `id ${letter.id}` : `key ${partitionKey}`;
    const lane = lanes.get(key) ?? [];
    lane.push(letter);
    lanes.set(key, lane);
  }
  return [...lanes.values()].map((lane) => lane.sort(bySequence));
}

/** Sequence numbers are decimals of more digits than a number holds. */
function bySequence(a: DeadLetter, b: DeadLetter): number {
  const [one = "", other = ""] = [a.reason?.sequenceNumber, b.reason?.sequenceNumber];
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
}

/**
 * Does the work for each letter: one after the other within a lane, several lanes at a time. A lane ends when `work`
 * answers false. Rejects with the first error, when what was under way has ended.
 */
export async function runLanes(
  lanes: readonly (readonly DeadLetter[])[],
  work: (letter: DeadLetter) => Promise<boolean>,
): Promise<void> {
  const waiting = [...lanes];
  let failed: { readonly error: unknown } | undefined;
  const run = async () => {
    for (let lane = waiting.shift(); lane !== undefined && failed === undefined; lane = waiting.shift()) {
      for (const letter of lane) {
        if (failed !== undefined) return;
        try {
          if (!(await work(letter))) break;
        } catch (error) {
          failed ??= { error };
        }
      }
    }
  };
  await Promise.all(Array.from({ length: lanesAtATime }, run));
  if (failed !== undefined) throw failed.error;
}
