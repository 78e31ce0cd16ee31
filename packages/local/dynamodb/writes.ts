// Which tables a request has written to.
import type { Message } from "../service/ask";

const statements: ReadonlySet<string> = new Set(["ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"]);

/**
 * The names of the tables. Undefined for a statement of PartiQL, which would have to be parsed to know its tables.
 * The input must name its tables by name, not by ARN.
 */
export function tablesWritten(
  action: string,
  { TableName, RequestItems, TransactItems }: Message,
): Iterable<string> | undefined {
  if (action === "PutItem" || action === "UpdateItem" || action === "DeleteItem") return [String(TableName)];
  if (action === "BatchWriteItem") return Object.keys((RequestItems ?? {}) as object);
  if (action === "TransactWriteItems") {
    const items = (TransactItems ?? []) as readonly Readonly<Record<string, { readonly TableName?: unknown }>>[];
    return new Set(items.flatMap((item) => Object.values(item).map((each) => String(each.TableName))));
  }
  return statements.has(action) ? undefined : [];
}

/** The table of the ARN of its stream. */
export const tableOfStream = (streamArn: string) => /:table\/([^/]+)\//.exec(streamArn)?.[1] ?? "";
