// A batch of messages or records while it is gathered, and the event that it becomes.

/** A synchronous invocation takes 6 MB, the frame around the records included. */
export const largestPayload = 6 * 1024 * 1024;
const frame = '{"Records":[]}'.length;

/** A message or record, as it stands in the event. */
interface Entry {
  readonly json: string;
}

export class Batch<T extends Entry> {
  readonly messages: T[] = [];
  #bytes: number;
  #isClosed = false;

  /** `more`: bytes of the event beside its records. */
  constructor(
    readonly size: number,
    more = 0,
  ) {
    this.#bytes = frame + more;
  }

  get isFull(): boolean {
    return this.#isClosed || this.messages.length >= this.size;
  }

  get room(): number {
    return this.size - this.messages.length;
  }

  /**
   * Answers what does not fit in, and closes the batch then, so that the order is kept. A message too large for any
   * batch is one by itself.
   */
  add(messages: readonly T[]): T[] {
    const left: T[] = [];
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

/** `members`: JSON of what the event has beside its records, each with a comma before it. */
export const eventOf = (messages: readonly Entry[], members = ""): string =>
  `{"Records":[${messages.map(({ json }) => json).join(",")}]${members}}`;
