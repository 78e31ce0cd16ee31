// What a reader holds of a queue: hidden from others as long as it works with it, and given back if it is not deleted.
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/** Seconds. When the process has ended, whatever ends it, a message is visible again after this time at the latest. */
export const hidden = 60;
/** Entries of a batch, and messages of a receive: what SQS takes. */
export const mostAtOnce = 10;
/** Milliseconds. Three times as often as needed: one attempt may fail, and one may come late. */
const extendEvery = 20_000;

export class Hold {
  /** By message id, with the handle of its latest receive. */
  readonly #handles = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  #extending: Promise<void> | undefined;
  #closing = false;
  /** The latest change of visibility. It never rejects. */
  #changing: Promise<void> = Promise.resolve();

  constructor(
    private readonly sqs: SQSClient,
    private readonly url: string,
  ) {
    this.#timer = setInterval(() => {
      this.#extending ??= this.#extend().finally(() => {
        this.#extending = undefined;
      });
    }, extendEvery);
    this.#timer.unref();
  }

  add(messages: readonly Message[]): void {
    for (const { MessageId = "", ReceiptHandle = "" } of messages) this.#handles.set(MessageId, ReceiptHandle);
  }

  /** Answers the ids of those that could not be deleted. */
  async delete(ids: readonly string[]): Promise<readonly string[]> {
    const kept: string[] = [];
    for (const part of parts(ids)) {
      const Entries = this.#entriesOf(part);
      const { Failed = [] } = await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.url, Entries }));
      const failed = new Set(Failed.map(({ Id }) => Number(Id)));
      part.forEach((id, index) => {
        if (failed.has(index)) kept.push(id);
        else this.#handles.delete(id);
      });
    }
    return kept;
  }

  /**
   * Makes these visible, in their order, so that a FIFO group is visible from its first message on. What SQS refuses is
   * tried again at the end.
   */
  async release(ids: readonly string[]): Promise<void> {
    for (const part of parts(ids)) {
      await this.#change(part, 0, (released) => {
        for (const id of released) this.#handles.delete(id);
      });
    }
  }

  /** Gives back all. What cannot be given back is visible again after a minute by itself. Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing = true;
    await this.release([...this.#handles.keys()]).catch(() => {});
  }

  /**
   * One that fails is tried again at the next time, and visible to others at the worst. At the end, the release waits
   * for one request and not for all: there are thousands for a large queue, and each takes minutes in an outage.
   */
  async #extend(): Promise<void> {
    for (const part of parts([...this.#handles.keys()])) {
      if (this.#closing) return;
      await this.#change(part, hidden).catch(() => {});
    }
  }

  /**
   * One after the other, and only of what is held when its turn comes: an extension that reached SQS after the release
   * of the same message would hide it again, and nobody would hold it.
   */
  #change(ids: readonly string[], VisibilityTimeout: number, done?: (ids: readonly string[]) => void): Promise<void> {
    const change = this.#changing.then(async () => {
      const held = ids.filter((id) => this.#handles.has(id));
      if (held.length === 0) return;
      const Entries = this.#entriesOf(held).map((entry) => ({ ...entry, VisibilityTimeout }));
      const { Failed = [] } = await this.sqs.send(
        new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.url, Entries }),
      );
      const failed = new Set(Failed.map(({ Id }) => Number(Id)));
      done?.(held.filter((_, index) => !failed.has(index)));
    });
    this.#changing = change.catch(() => {});
    return change;
  }

  #entriesOf(ids: readonly string[]) {
    return ids.map((id, index) => ({ Id: String(index), ReceiptHandle: this.#handles.get(id) ?? "" }));
  }
}

function* parts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += mostAtOnce) yield items.slice(from, from + mostAtOnce);
}
