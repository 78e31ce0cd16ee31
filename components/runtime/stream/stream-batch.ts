// A batch of a stream's records: a checkpoint instead of single deletions, and dead letters below it only.

import { Invocation } from "../batch/invocation";
import { type Prepared, prepare, readSettings } from "../batch/prepare";
import { Report } from "../batch/report";
import { type Outcome, runBatch } from "../batch/run-batch";
import type { AnyCallback } from "../callback/callback";
import { comesBackAt, isPermanent } from "../callback/errors";
import type { StreamSettings } from "../settings";
import { identityOf, type StreamBatchResponse, type StreamItem } from "./stream-item";
import { type Poison, storePoison } from "./stream-poison";
import { prepareWindow, WindowBatch, type WindowMembers } from "./stream-window";

export type StreamHandler<E> = (
  event: E & WindowMembers,
  context: Invocation["context"],
) => Promise<StreamBatchResponse>;

/** Reads the settings and calls the callback's factory, once per environment; throws when either cannot be done. */
export function streamConsumer<E>(
  callback: AnyCallback,
  itemsOf: (event: E) => readonly StreamItem[],
): StreamHandler<E> {
  const { bindings, source } = readSettings("stream");
  let report: Report | undefined;
  const invocationOf = (context: Invocation["context"]) => {
    report ??= new Report(context.functionName);
    return new Invocation(report, context);
  };
  if (callback.kind === "window") {
    const prepared = prepareWindow(callback, bindings);
    return async (event, context) =>
      new WindowBatch(source, prepared, invocationOf(context), event).run(itemsOf(event));
  }
  const prepared = prepare(callback, bindings);
  return (event, context) => new StreamBatch(source, prepared, invocationOf(context)).run(itemsOf(event));
}

class StreamBatch {
  /** The lowest record that must come again: Lambda goes on from it, so nothing above it counts as done. */
  private checkpoint: StreamItem | undefined;
  private readonly poison: Poison[] = [];

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
      ...invocation.runs<StreamItem>(this.prepared, (item) => item.open(), identityOf),
    });
    await storePoison(this.poison, source.deadLetterQueueUrl, invocation, {
      mayStore: (item) => this.isBelow(item),
      comesAgain: (item, error) => {
        if (this.isBelow(item)) this.checkpoint = item;
        invocation.fail(item, "handedBack", error);
      },
    });
    invocation.tell(items, (item) => this.isBelow(item));
    const failed = this.checkpoint?.sequenceNumber;
    return { batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed }] };
  }

  private isBelow({ position }: StreamItem): boolean {
    return this.checkpoint === undefined || position < this.checkpoint.position;
  }

  private settle(item: StreamItem, outcome: Outcome): boolean {
    if (outcome.status === "succeeded") return true;
    if (outcome.status === "failed" && isPermanent(outcome.error)) {
      // Decided when the whole batch has settled: what is above the checkpoint comes again, and would be stored again
      // each time.
      this.poison.push({ item, error: outcome.error });
      return true;
    }
    if (this.isBelow(item)) this.checkpoint = item;
    if (outcome.status === "failed") {
      const { error } = outcome;
      this.invocation.fail(item, comesBackAt(error) === undefined ? "retried" : "handedBack", error);
    } else this.invocation.fail(item, "handedBack", new Error("The time was up, or an earlier record has failed."));
    return false;
  }
}
