// What the functions say of their batches, added up by consumer.

const names = ["received", "succeeded", "retried", "deadLettered", "handedBack"] as const;

export type Counts = Readonly<Record<(typeof names)[number], number>>;

export class FunctionCounts {
  private readonly counts = new Map<string, Record<(typeof names)[number], number>>();

  /** `line` as the function wrote it; other lines than those of batches are passed over. */
  add(consumer: string, line: string): void {
    const batch = batchIn(line);
    if (batch === undefined) return;
    const sum = this.counts.get(consumer) ?? { received: 0, succeeded: 0, retried: 0, deadLettered: 0, handedBack: 0 };
    for (const name of names) sum[name] += batch[name];
    this.counts.set(consumer, sum);
  }

  of(consumer: string): Counts {
    return this.counts.get(consumer) ?? { received: 0, succeeded: 0, retried: 0, deadLettered: 0, handedBack: 0 };
  }

  /** Records that need nothing more. */
  settled(consumer: string): number {
    const { succeeded, deadLettered } = this.of(consumer);
    return succeeded + deadLettered;
  }
}

function batchIn(line: string): Counts | undefined {
  if (!line.includes('"message":"batch"')) return undefined;
  const { batch } = JSON.parse(line) as { readonly batch?: Counts };
  return batch;
}
