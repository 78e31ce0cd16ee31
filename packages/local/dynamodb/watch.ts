// Who wants to know when something was written to a table.
import type { Message } from "../service/ask";

const statements: ReadonlySet<string> = new Set(["ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"]);

export class TableWatch {
  /** By the table's name. */
  readonly #wakes = new Map<string, Set<() => void>>();

  /** Answers what ends it. */
  add(streamArn: string, wake: () => void): () => void {
    const table = /:table\/([^/]+)\//.exec(streamArn)?.[1] ?? "";
    const wakes = this.#wakes.get(table) ?? new Set();
    // Of its own, as the same function may be given twice.
    const each = () => wake();
    this.#wakes.set(table, wakes.add(each));
    return () => wakes.delete(each);
  }

  /** After a request has succeeded. `input`: with tables by name. */
  written(action: string, input: Message): void {
    if (this.#wakes.size === 0) return;
    for (const table of this.#tablesOf(action, input)) {
      for (const wake of this.#wakes.get(table) ?? []) wake();
    }
  }

  #tablesOf(action: string, { TableName, RequestItems, TransactItems }: Message): Iterable<string> {
    if (action === "PutItem" || action === "UpdateItem" || action === "DeleteItem") return [String(TableName)];
    if (action === "BatchWriteItem") return Object.keys((RequestItems ?? {}) as object);
    if (action === "TransactWriteItems") {
      const items = (TransactItems ?? []) as readonly Readonly<Record<string, { readonly TableName?: unknown }>>[];
      return new Set(items.flatMap((item) => Object.values(item).map((each) => String(each.TableName))));
    }
    // A statement would have to be read to know its table.
    return statements.has(action) ? this.#wakes.keys() : [];
  }
}
