// The tables of the program under test, with plain JavaScript values.
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { RunUnderTest } from "@spillway/local";
import { oneFor } from "./names";

/** An item as JavaScript has it: numbers, texts, lists and objects, and sets as `Set`. */
export type Item = Readonly<Record<string, unknown>>;

const tables = {
  method: "table",
  what: "table",
  types: { "spillway:index:Table": "name", "aws:dynamodb/table:Table": "name" },
};

/** Throws an Error for the user if there is no such table. */
export const nameOfTable = ({ graph }: RunUnderTest, name: string): string => oneFor(graph, name, tables).address;

export async function itemsOf(run: RunUnderTest, TableName: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: unknown;
  do {
    const input = { TableName, ConsistentRead: true, ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }) };
    const answer = await run.ask("dynamodb", "Scan", input);
    items.push(...(answer.Items as readonly Marshalled[]).map((item) => unmarshall(item)));
    ExclusiveStartKey = answer.LastEvaluatedKey ?? undefined;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

export async function itemOf(run: RunUnderTest, TableName: string, key: Item): Promise<Item | undefined> {
  const { Item } = await run.ask("dynamodb", "GetItem", { TableName, Key: marshalled(key), ConsistentRead: true });
  return Item === undefined || Item === null ? undefined : unmarshall(Item as Marshalled);
}

export async function putItem(run: RunUnderTest, TableName: string, item: Item): Promise<void> {
  await run.ask("dynamodb", "PutItem", { TableName, Item: marshalled(item) });
}

type Marshalled = Parameters<typeof unmarshall>[0];

const marshalled = (item: Item) => marshall(item, { removeUndefinedValues: true });
