// A batch of messages or records that is being gathered, and the event that it becomes.

/** A synchronous invocation accepts 6 MB, including the frame around the records. */
export const largestPayload = 6 * 1024 * 1024;
const frame = '{"Records":[]}'.length;

/** A message or record, as it appears in the event. */
interface Entry {
  readonly json: string;
}

export class Batch<T extends Entry> {
  readonly messages: T[] = [];
  #bytes: number;
  #isClosed = false;

  /** `more` is the number of bytes of the event besides its records. */
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
   * Returns what does not fit, and closes the batch in that case, so that the order is kept. A message that is too
   * large for any batch is a batch by itself.
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

/** `members` is the JSON of the event's members besides its records, each with a comma before it. */
export const eventOf = (messages: readonly Entry[], members = ""): string =>
  `{"Records":[${messages.map(({ json }) => json).join(",")}]${members}}`;
