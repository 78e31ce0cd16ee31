// A batch of messages while it is gathered, and the event that it becomes.
import type { Received } from "./queue-source";

/** A synchronous invocation takes 6 MB, the frame around the records included. */
const largestPayload = 6 * 1024 * 1024;
const frame = '{"Records":[]}'.length;

export class Batch {
  readonly messages: Received[] = [];
  #bytes = frame;
  #isClosed = false;

  constructor(readonly size: number) {}

  get isFull(): boolean {
    return this.#isClosed || this.messages.length >= this.size;
  }

  get room(): number {
    return this.size - this.messages.length;
  }

  /** Answers what does not fit in, and closes the batch then, so that the order is kept. A message too large for any batch is one by itself. */
  add(messages: readonly Received[]): Received[] {
    const left: Received[] = [];
    for (const each of messages) {
      const bytes = Buffer.byteLength(each.json) + 1;
      const fits = this.messages.length === 0 || (!this.isFull && this.#bytes + bytes <= largestPayload);
      if (fits && left.length === 0) {
        this.messages.push(each);
        this.#bytes += bytes;
      } else {
        left.push(each);
        this.#isClosed = true;
      }
    }
    return left;
  }
}

export const eventOf = (messages: readonly Received[]): string =>
  `{"Records":[${messages.map(({ json }) => json).join(",")}]}`;
