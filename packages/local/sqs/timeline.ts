// A binary heap of what becomes due, by time, and by the order of adding if the times are the same. An entry is not
// removed when its
// message changes: it is stale then, and is skipped.

export interface Due<T> {
  readonly at: number;
  readonly item: T;
  readonly order: number;
}

const before = <T>(a: Due<T>, b: Due<T>) => a.at < b.at || (a.at === b.at && a.order < b.order);

export class Timeline<T> {
  readonly #heap: Due<T>[] = [];
  #added = 0;

  get next(): Due<T> | undefined {
    return this.#heap[0];
  }

  add(at: number, item: T): void {
    const heap = this.#heap;
    const entry = { at, item, order: this.#added };
    this.#added += 1;
    let index = heap.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || before(parent, entry)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  }

  /** Removes and returns the earliest entry. */
  take(): Due<T> | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const earlier = right !== undefined && left !== undefined && before(right, left) ? right : left;
      if (earlier === undefined || before(last, earlier)) break;
      const earlierIndex = earlier === left ? 2 * index + 1 : 2 * index + 2;
      heap[index] = earlier;
      index = earlierIndex;
    }
    heap[index] = last;
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
  }
}
