// Wakes the readers of a table or a stream after each write, so that they need not ask all the time.
export class Wakes {
  /** By the name of the table or the stream. */
  readonly #wakes = new Map<string, Set<() => void>>();

  get isEmpty(): boolean {
    return this.#wakes.size === 0;
  }

  /** Calls `wake` after each write, until the function that it returns is called. */
  add(name: string, wake: () => void): () => void {
    const wakes = this.#wakes.get(name) ?? new Set();
    // A function of its own, because the same one may be given twice.
    const each = () => wake();
    this.#wakes.set(name, wakes.add(each));
    return () => wakes.delete(each);
  }

  wake(name: string): void {
    for (const wake of this.#wakes.get(name) ?? []) wake();
  }

  wakeAll(): void {
    for (const name of this.#wakes.keys()) this.wake(name);
  }
}
