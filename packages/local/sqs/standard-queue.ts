// A standard queue: best-effort order, which here is the order in which messages became visible.
import type { StoredMessage } from "./message";
import { Queue } from "./queue";
import type { NewMessage } from "./queue-types";

export class StandardQueue extends Queue {
  readonly fifo = false;
  #shelf: StoredMessage[] = [];
  #head = 0;

  protected override get hasAvailable() {
    return this.#head < this.#shelf.length;
  }

  protected override shelve(message: StoredMessage): void {
    this.#shelf.push(message);
  }

  override firstVisible(): StoredMessage | undefined {
    this.advance();
    for (;;) {
      const message = this.#shelf[this.#head];
      if (message === undefined) {
        this.#shelf = [];
        this.#head = 0;
        return undefined;
      }
      if (message.state === "visible") return message;
      this.#head += 1;
    }
  }

  protected override take(): StoredMessage | undefined {
    const message = this.firstVisible();
    if (message === undefined) return undefined;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#shelf.length) {
      this.#shelf = this.#shelf.slice(this.#head);
      this.#head = 0;
    }
    return message;
  }

  /** On AWS the handle of an earlier receive was seen to change the visibility of the present one. */
  protected override isReceiptOf(): boolean {
    return true;
  }

  protected override left(): void {}
  protected override handedOut(): void {}

  /** The enqueue time stays, so that retention counts from the first send. */
  protected override asDeadLetter(message: StoredMessage, sourceArn: string): NewMessage {
    return { ...message, sourceArn };
  }

  /** A handle also works after its visibility timeout, until the message is received again. Then it does nothing. */
  override delete(handle: string): void {
    const message = this.messageOf(handle);
    if (message?.receiptHandle === handle) this.remove(message);
  }
}
