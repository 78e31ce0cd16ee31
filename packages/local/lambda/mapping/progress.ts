// The progress in a shard. Records are finished in any order. The checkpoint lies before the first unfinished record.
import type { StreamRecord } from "./stream-source";

export class Progress {
  #open: StreamRecord[] = [];
  /** How many of `#open`, from the first one on, are finished. */
  #passed = 0;
  readonly #done = new Set<StreamRecord>();

  /** `moved` receives the sequence number of the last record up to which all are finished. */
  constructor(readonly moved: (sequenceNumber: string) => void) {}

  /** Records that have been read and are not behind the checkpoint. */
  get size(): number {
    return this.#open.length - this.#passed;
  }

  read(records: readonly StreamRecord[]): void {
    for (const record of records) this.#open.push(record);
  }

  done(records: readonly StreamRecord[]): void {
    for (const record of records) this.#done.add(record);
    let last: StreamRecord | undefined;
    for (let next = this.#open[this.#passed]; next !== undefined; next = this.#open[this.#passed]) {
      if (!this.#done.delete(next)) break;
      last = next;
      this.#passed += 1;
    }
    if (last === undefined) return;
    if (this.#passed > 10_000 || this.size === 0) {
      this.#open = this.#open.slice(this.#passed);
      this.#passed = 0;
    }
    this.moved(last.sequenceNumber);
  }
}
