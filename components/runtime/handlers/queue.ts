// The consumer of an SQS queue: what Lambda invokes, around a callback.
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { changeVisibility, deleteMessages } from "../aws/sqs-client";
import { longestBackOff } from "../batch/back-off";
import { Invocation } from "../batch/invocation";
import { type Prepared, prepare, readSettings } from "../batch/prepare";
import { type RecordOutcome, Report } from "../batch/report";
import { type Outcome, runBatch } from "../batch/run-batch";
import type { AnyCallback } from "../callback/callback";
import { comesBackAt, isPermanent, nameError } from "../callback/errors";
import type { QueueSettings } from "../settings";
import { QueueItem } from "./queue-record";

export type QueueHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** Reads the settings and calls the callback's factory, once per environment; throws when either cannot be done. */
export function queueHandler(callback: AnyCallback): QueueHandler {
  const { bindings, source } = readSettings("queue");
  const prepared = prepare(callback, bindings);
  let report: Report | undefined;
  return (event, context) => {
    report ??= new Report(context.functionName);
    return new QueueBatch(source, prepared, new Invocation(report, context)).run(event.Records);
  };
}

/** Seconds that Lambda gives an invocation at most, which is how long anything can be in hand. */
const longestInvocation = 900;

class QueueBatch {
  /** Records to report, and for how many seconds each is hidden. */
  private readonly reported = new Map<QueueItem, number>();
  /** FIFO: a message in flight blocks its group, so the whole rest of a group waits as long as the one that failed. */
  private readonly delayOfGroup = new Map<string, number>();

  constructor(
    private readonly source: QueueSettings,
    private readonly prepared: Prepared,
    private readonly invocation: Invocation,
  ) {}

  async run(records: readonly SQSRecord[]): Promise<SQSBatchResponse> {
    const { invocation, source } = this;
    const items = records.map((record) => new QueueItem(record));
    await runBatch(items, {
      concurrency: source.concurrency,
      deadline: invocation.deadline,
      settle: (item, outcome, alone) => this.settle(item, outcome, alone),
      ...invocation.runs<QueueItem>(
        this.prepared,
        (item) => item.open(),
        (item, { correlationId }) => ({
          id: item.id,
          attempt: item.attempt,
          maxAttempts: source.maxReceiveCount,
          correlationId: item.flow(correlationId),
        }),
      ),
    });
    await this.hide();
    invocation.tell(items);
    return { batchItemFailures: [...this.reported.keys()].map(({ id }) => ({ itemIdentifier: id })) };
  }

  private settle(item: QueueItem, outcome: Outcome, alone: boolean): boolean | Promise<boolean> {
    // The way of nearly every record: nothing to wait for.
    if (outcome.status === "succeeded") return alone ? this.deleteNow(item).then(() => true) : true;
    return this.settleFailure(item, outcome, alone);
  }

  private async settleFailure(
    item: QueueItem,
    outcome: Exclude<Outcome, { status: "succeeded" }>,
    alone: boolean,
  ): Promise<boolean> {
    if (outcome.status === "handedBack") {
      const error = new Error("The time was up, or an earlier record of its group failed.");
      this.reportBack(item, "handedBack", this.delayOfGroup.get(item.group ?? "") ?? 0, error);
      return false;
    }
    const { error } = outcome;
    const back = comesBackAt(error);
    if (back !== undefined) {
      const seconds = Math.ceil((back - Date.now()) / 1000);
      this.reportBack(item, "handedBack", Math.min(Math.max(1, seconds), longestInvocation), error);
      return false;
    }
    if (!isPermanent(error) && this.mayRetry(item)) return this.retry(item, error);
    const { invocation, source } = this;
    const placed = await invocation.deadLetter(source.deadLetterQueueUrl, item, error);
    if (placed === "no room") {
      // SQS itself moves it, whole, once it has been received too often: let that be soon.
      this.reportBack(item, "retried", 0, error);
      return false;
    }
    if (placed === "refused") return this.retry(item, error);
    invocation.fail(item, "deadLettered", error);
    if (alone) await this.deleteNow(item);
    return true;
  }

  private mayRetry({ id, attempt, record }: QueueItem): boolean {
    const { maxReceiveCount, lastAttemptWithin = Infinity } = this.source;
    if (attempt >= maxReceiveCount) return false;
    // After a long wait in the queue, SQS could delete the record before its next attempt is over, and say nothing.
    const seconds = (Date.now() - Number(record.attributes.SentTimestamp)) / 1000 + longestBackOff(attempt);
    // Also where an event written by hand has no time.
    if (!(seconds >= lastAttemptWithin)) return true;
    this.invocation.warn("a record has no other attempt, because its queue's retention ends", {
      recordId: id,
      attempt,
    });
    return false;
  }

  private retry(item: QueueItem, error: unknown): false {
    this.reportBack(item, "retried", backOff(item.attempt), error);
    return false;
  }

  private reportBack(item: QueueItem, outcome: RecordOutcome, seconds: number, error: unknown): void {
    this.reported.set(item, seconds);
    if (item.group !== undefined && !this.delayOfGroup.has(item.group)) this.delayOfGroup.set(item.group, seconds);
    this.invocation.fail(item, outcome, error);
  }

  /** At once, so that no record that comes after it in this process can take it along. */
  private async deleteNow(item: QueueItem): Promise<void> {
    const { invocation, source } = this;
    const { id, record } = item;
    try {
      await invocation.calls.inTime(invocation.settled, (limits) =>
        deleteMessages(source.queueUrl, [record.receiptHandle], limits),
      );
      // A later record may kill the process, and this one does not come again.
      invocation.tellRedriven(item);
    } catch (error) {
      // Lambda deletes it with the rest of the batch.
      invocation.warn("a finished record could not be deleted at once", { recordId: id, ...nameError(error) });
    }
  }

  private async hide(): Promise<void> {
    const changes = [...this.reported].map(([{ record }, seconds]) => ({
      receiptHandle: record.receiptHandle,
      seconds,
    }));
    if (changes.length === 0) return;
    const { invocation, source } = this;
    try {
      await invocation.calls.inTime(invocation.answered, (limits) =>
        changeVisibility(source.queueUrl, changes, limits),
      );
    } catch (error) {
      // They come back when the queue's own visibility timeout is over.
      invocation.warn("the delay of failed records could not be set", { ...nameError(error) });
    }
  }
}

/** Seconds until the next attempt, spread so that records which failed together do not come back together. */
export function backOff(attempt: number): number {
  return 1 + Math.floor(Math.random() * longestBackOff(attempt));
}
