// The chosen letters of a dead-letter queue, as many at a time as are wanted.
import type { DeadLetter } from "../letters/letter";
import type { Reader } from "../letters/reader";

export interface Choice {
  /** Whether it is to be sent. */
  chosen(letter: DeadLetter): boolean;
  /** Whether it was sent before, and came back: such a one is never chosen. */
  isBack(letter: DeadLetter): boolean;
}

/** Letters that are held in advance. */
const mostAhead = 1000;
/** What is held must be hidden again and again. */
const many = 5000;

export class Supply {
  readonly #buffer: DeadLetter[] = [];
  #waves: AsyncIterator<readonly DeadLetter[]> | undefined;

  constructor(
    private readonly reader: Reader,
    private readonly choice: Choice,
  ) {}

  /** Up to so many; none when the queue has no more. */
  async take(most: number): Promise<readonly DeadLetter[]> {
    while (this.#buffer.length === 0 && (await this.readMore())) {}
    return this.#buffer.splice(0, most);
  }

  /** Thousands at once: for sources whose order is not that of the dead-letter queue. */
  async takeMany(): Promise<readonly DeadLetter[]> {
    while (this.#buffer.length < many && (await this.readMore())) {}
    return this.#buffer.splice(0);
  }

  /** Puts back at the front what was taken and not sent. */
  putBack(letters: readonly DeadLetter[]): void {
    this.#buffer.unshift(...letters);
  }

  /** Reads on by one wave, unless enough is waiting to be taken: what has come back may be in it. */
  async lookAhead(): Promise<void> {
    if (this.#buffer.length < mostAhead) await this.readMore();
  }

  /** Reads on by one wave. False when there was none. */
  async readMore(): Promise<boolean> {
    this.#waves ??= this.reader.waves()[Symbol.asyncIterator]();
    const { value: wave, done } = await this.#waves.next();
    if (done) {
      // What comes later is in a new round of waves.
      this.#waves = undefined;
      return false;
    }
    for (const letter of wave) {
      if (this.choice.isBack(letter)) continue;
      if (this.choice.chosen(letter)) this.#buffer.push(letter);
    }
    return true;
  }
}
