// Who wants to know when something was written to a stream, or its shards have changed.
import { streamNameOfArn } from "./state";

export class StreamWatch {
  /** By the stream's name. */
  readonly #wakes = new Map<string, Set<() => void>>();

  /** `arn`: of the stream, or of a consumer of it. Answers what ends it. */
  add(arn: string, wake: () => void): () => void {
    const name = streamNameOfArn(arn) ?? "";
    const wakes = this.#wakes.get(name) ?? new Set();
    // Of its own, as the same function may be given twice.
    const each = () => wake();
    this.#wakes.set(name, wakes.add(each));
    return () => wakes.delete(each);
  }

  changed(name: string): void {
    for (const wake of this.#wakes.get(name) ?? []) wake();
  }
}
