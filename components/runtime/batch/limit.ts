// Bounded parallelism: so many pieces of work at a time, the others in the order in which they came.

export class Limit {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Rejects with the signal's reason where that aborts before the work has begun. */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { waiting } = this;
    if (this.free > 0) this.free -= 1;
    else {
      await new Promise<void>((resolve, reject) => {
        waiting.push(resolve);
        signal?.addEventListener("abort", () => {
          const place = waiting.indexOf(resolve);
          if (place < 0) return;
          waiting.splice(place, 1);
          reject(signal.reason);
        });
      });
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
