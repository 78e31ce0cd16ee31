// The tables of the program under test, with plain JavaScript values.
import { inspect } from "node:util";
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
const nameOnAws = ({ graph }: RunUnderTest, name: string): string => oneFor(graph, name, tables).address;

export async function itemsOf(run: RunUnderTest, name: string): Promise<readonly Item[]> {
  const TableName = nameOnAws(run, name);
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

export async function itemOf(run: RunUnderTest, name: string, key: Item): Promise<Item | undefined> {
  const call = `table("${name}").get(${shown(key)})`;
  const input = { TableName: nameOnAws(run, name), Key: marshalled(call, key), ConsistentRead: true };
  const { Item } = await told(call, run.ask("dynamodb", "GetItem", input));
  return Item === undefined || Item === null ? undefined : unmarshall(Item as Marshalled);
}

export async function putItem(run: RunUnderTest, name: string, item: Item): Promise<void> {
  const call = `table("${name}").put(${shown(item)})`;
  const input = { TableName: nameOnAws(run, name), Item: marshalled(call, item) };
  await told(call, run.ask("dynamodb", "PutItem", input));
}

const shown = (item: Item) => inspect(item, { breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100 });

type Marshalled = Parameters<typeof unmarshall>[0];

function marshalled(call: string, item: Item): Marshalled {
  try {
    return marshall(item, { removeUndefinedValues: true });
  } catch (error) {
    // What follows is about options of the function.
    const [problem] = (error as Error).message.split(" Pass options.");
    throw new Error(
      `${call}: ${problem} A table has texts, numbers, booleans, null, binary data, lists, objects and sets. ` +
        "Write a date as a text: date.toISOString().",
    );
  }
}

/** DynamoDB says what is wrong, and not with what. */
function told<T>(call: string, answer: Promise<T>): Promise<T> {
  return answer.catch((error: Error) => {
    throw new Error(`${call}: ${error.message}`);
  });
}
