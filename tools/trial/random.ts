// Random choices that are the same for the same seed.

export class Random {
  #state: number;

  /** @param seed - A whole number of 32 bits. */
  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to `below` - 1. The generator is mulberry32. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  shuffled<Item>(items: readonly Item[]): readonly Item[] {
    return items
      .map((item) => [this.below(2 ** 32), item] as const)
      .sort(([one], [other]) => one - other)
      .map(([, item]) => item);
  }
}
