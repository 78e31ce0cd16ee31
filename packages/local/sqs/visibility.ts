// Which messages of a queue are visible, delayed or in flight, how many of each there are, and when that changes.
import type { MessageState, StoredMessage } from "./message";
import { type Due, Timeline } from "./timeline";

/** Told of what happens to a message. */
export interface VisibilityChanges {
  /** The message has become visible. `previous`: its state before. */
  shown(message: StoredMessage, previous: MessageState): void;
  /** The message was in flight, and is visible again. */
  returned(message: StoredMessage): void;
}

export class Visibility {
  readonly counts = { visible: 0, delayed: 0, inFlight: 0, gone: 0 };
  readonly #timeline = new Timeline<StoredMessage>();
  /** The receipt handles by which messages are held: these are in flight also beyond their time. */
  readonly #held = new Map<StoredMessage, string>();

  constructor(private readonly changes: VisibilityChanges) {}

  /** When the next message becomes visible, in milliseconds since the epoch. */
  get next(): number | undefined {
    for (let next = this.#timeline.next; next !== undefined; next = this.#timeline.next) {
      if (isDue(next)) return next.at;
      this.#timeline.take();
    }
    return undefined;
  }

  show(message: StoredMessage): void {
    const previous = message.state;
    this.#count(message, "visible");
    this.changes.shown(message, previous);
  }

  /** Shows a message that was delayed or in flight. */
  reveal(message: StoredMessage): void {
    const inFlight = message.state === "inFlight";
    this.#held.delete(message);
    message.visibleAt = 0;
    this.show(message);
    if (inFlight) this.changes.returned(message);
  }

  hide(message: StoredMessage, visibleAt: number, state: "delayed" | "inFlight" = "inFlight"): void {
    message.visibleAt = visibleAt;
    this.#count(message, state);
    this.#timeline.add(visibleAt, message);
  }

  /** Until it is released, the message becomes visible by `reveal` only. */
  hold(message: StoredMessage, handle: string): void {
    this.#held.set(message, handle);
  }

  /** Shows the message if its time has come meanwhile, and answers whether. After another receive it does nothing. */
  release(message: StoredMessage, handle: string, now: number): boolean {
    if (this.#held.get(message) !== handle) return false;
    this.#held.delete(message);
    if (message.visibleAt > now) return false;
    this.reveal(message);
    return true;
  }

  remove(message: StoredMessage): void {
    this.#held.delete(message);
    this.#count(message, "gone");
  }

  /** Makes visible what is due. */
  advance(now: number): void {
    for (let next = this.#timeline.next; next !== undefined && next.at <= now; next = this.#timeline.next) {
      this.#timeline.take();
      if (isDue(next) && !this.#held.has(next.item)) this.reveal(next.item);
    }
  }

  clear(): void {
    this.#timeline.clear();
    this.#held.clear();
  }

  #count(message: StoredMessage, state: MessageState): void {
    this.counts[message.state] -= 1;
    message.state = state;
    this.counts[state] += 1;
  }
}

/** Whether the message still becomes visible then: it may have been deleted, or hidden for another time. */
const isDue = ({ at, item: { state, visibleAt } }: Due<StoredMessage>) =>
  (state === "delayed" || state === "inFlight") && visibleAt === at;
