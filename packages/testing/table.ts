// A table of the program under test, with plain JavaScript values.
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { LocalRun } from "@spillway/local";
import { componentOf } from "./names";

/** An item as JavaScript has it: numbers, texts, lists and objects, and sets as Set. */
export type Item = Readonly<Record<string, unknown>>;

/** A table of the program under test. */
export interface TestTable {
  /** All items, in no particular order. */
  items(): Promise<readonly Item[]>;
  /** The item with that key: each key attribute with its value. Undefined if there is none. */
  get(key: Item): Promise<Item | undefined>;
  /** Writes an item, as a producer would: its change comes to the table's consumers. */
  put(item: Item): Promise<void>;
}

export function tableOf(run: LocalRun, name: string): TestTable {
  const TableName = String(
    componentOf(run.graph, name, { method: "table", what: "table", output: "name" }).outputs.name,
  );
  return {
    items: async () => {
      const items: Item[] = [];
      let ExclusiveStartKey: unknown;
      do {
        const answer = await run.ask("dynamodb", "Scan", {
          TableName,
          ConsistentRead: true,
          ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
        });
        items.push(...(answer.Items as readonly Marshalled[]).map(plain));
        ExclusiveStartKey = answer.LastEvaluatedKey ?? undefined;
      } while (ExclusiveStartKey !== undefined);
      return items;
    },
    get: async (key) => {
      const { Item } = await run.ask("dynamodb", "GetItem", { TableName, Key: marshalled(key), ConsistentRead: true });
      return Item === undefined || Item === null ? undefined : plain(Item as Marshalled);
    },
    put: async (item) => {
      await run.ask("dynamodb", "PutItem", { TableName, Item: marshalled(item) });
    },
  };
}

type Marshalled = Parameters<typeof unmarshall>[0];

const plain = (item: Marshalled): Item => unmarshall(item);
const marshalled = (item: Item) => marshall(item, { removeUndefinedValues: true });
