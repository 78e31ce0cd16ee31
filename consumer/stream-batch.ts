// A batch of a stream's records: a checkpoint instead of single deletions, and dead letters below it only.
import type { AnyCallback } from "./callback";
import { type Item, type Outcome, runBatch } from "./core";
import type { LostRecord } from "./dead-letter";
import type { Opened } from "./envelope";
import { isPermanent } from "./errors";
import { Invocation } from "./invocation";
import { type Prepared, prepare, readSettings } from "./prepare";
import { Report } from "./report";
import type { StreamSettings } from "./settings";

/** A record of any stream. */
export interface StreamItem extends Item {
  /** From 0, in the order of the shard. */
  readonly position: number;
  readonly sequenceNumber: string;
  /** Throws an InvalidEvent for what is no event. */
  open(): Opened;
  /** What is stored of it when it is given up. */
  lost(): LostRecord;
}

export interface StreamBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export type StreamHandler<E> = (event: E, context: Invocation["context"]) => Promise<StreamBatchResponse>;

/** Reads the settings and calls the callback's factory, once per environment; throws when either cannot be done. */
export function streamConsumer<E>(
  callback: AnyCallback,
  itemsOf: (event: E) => readonly StreamItem[],
): StreamHandler<E> {
  const { bindings, source } = readSettings("stream");
  const prepared = prepare(callback, bindings);
  let report: Report | undefined;
  return (event, context) => {
    report ??= new Report(context.functionName);
    return new StreamBatch(source, prepared, new Invocation(report, context)).run(itemsOf(event));
  };
}

/** Dead letters stored at a time: as many as there are records in a bad batch must fit into the time that is left. */
const storedAtATime = 10;
/** Milliseconds before Lambda's own timeout after which no further dead letter is begun. */
const reserve = 500;

class StreamBatch {
  /** The lowest record that must come again: Lambda goes on from it, so nothing above it counts as done. */
  private checkpoint: StreamItem | undefined;
  private readonly poison: { readonly item: StreamItem; readonly error: unknown }[] = [];

  constructor(
    private readonly source: StreamSettings,
    private readonly prepared: Prepared,
    private readonly invocation: Invocation,
  ) {}

  async run(items: readonly StreamItem[]): Promise<StreamBatchResponse> {
    const { invocation, source } = this;
    await runBatch(items, {
      concurrency: source.concurrency,
      deadline: invocation.deadline,
      mayStart: (item) => this.isBelow(item),
      settle: (item, outcome) => this.settle(item, outcome),
      ...invocation.runs<StreamItem>(
        this.prepared,
        (item) => item.open(),
        ({ id }, { correlationId }) => ({
          id,
          attempt: undefined,
          maxAttempts: undefined,
          correlationId: correlationId ?? id,
        }),
      ),
    });
    await this.storePoison();
    invocation.tell(items.length);
    const failed = this.checkpoint?.sequenceNumber;
    return { batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed }] };
  }

  private isBelow({ position }: StreamItem): boolean {
    return this.checkpoint === undefined || position < this.checkpoint.position;
  }

  private settle(item: StreamItem, outcome: Outcome): boolean {
    if (outcome.status === "succeeded") return true;
    if (outcome.status === "failed" && isPermanent(outcome.error)) {
      // Decided when the whole batch has settled: what is above the checkpoint comes again, and would be stored again each time.
      this.poison.push({ item, error: outcome.error });
      return true;
    }
    if (this.isBelow(item)) this.checkpoint = item;
    if (outcome.status === "failed") this.invocation.fail(item, "retried", outcome.error);
    else this.invocation.fail(item, "handedBack", new Error("The time was up, or an earlier record has failed."));
    return false;
  }

  private async storePoison(): Promise<void> {
    const { invocation, source } = this;
    const inOrder = this.poison.sort((a, b) => a.item.position - b.item.position);
    for (let start = 0; start < inOrder.length; start += storedAtATime) {
      const chunk = inOrder.slice(start, start + storedAtATime);
      const inTime = Date.now() < invocation.ends - reserve;
      await Promise.all(
        chunk.map(async ({ item, error }) => {
          if (!this.isBelow(item) || !inTime) return this.comesAgain(item, error);
          const placed = await invocation.deadLetter(source.deadLetterQueueUrl, item.id, item.lost(), error);
          // What does not fit into a message is left to the mapping's failure destination.
          if (placed === "placed") invocation.fail(item, "deadLettered", error);
          else this.comesAgain(item, error);
        }),
      );
    }
  }

  private comesAgain(item: StreamItem, error: unknown): void {
    if (this.isBelow(item)) this.checkpoint = item;
    this.invocation.fail(item, "handedBack", error);
  }
}
