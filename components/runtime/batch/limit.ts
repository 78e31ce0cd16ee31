// Bounded parallelism: so many pieces of work at a time, the others in the order in which they came.

/** Someone who waits, and who comes next. No array, because taking the first out of a long one moves all others. */
interface Place {
  go?: (() => void) | undefined;
  next?: Place;
}

export class Limit {
  private last: Place = {};
  /** Whose turn it was last. */
  private turn = this.last;

  constructor(private free: number) {}

  /** Rejects with the signal's reason where that aborts before the work has begun. */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else {
      await new Promise<void>((go, reject) => {
        const place: Place = { go };
        this.last.next = place;
        this.last = place;
        signal?.addEventListener("abort", () => {
          // The place stays, and is passed over.
          place.go = undefined;
          reject(signal.reason);
        });
      });
    }
    try {
      return await work();
    } finally {
      let go: Place["go"];
      while (!go && this.turn.next) {
        this.turn = this.turn.next;
        go = this.turn.go;
      }
      if (go) go();
      else this.free += 1;
    }
  }
}
