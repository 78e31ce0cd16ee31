// The event of a table's stream: an item before and after a change, checked by the schema of the item.
import type { StandardSchemaV1 } from "@standard-schema/spec";

interface Change {
  /** The item's key attributes. */
  readonly keys: Readonly<Record<string, unknown>>;
}

/**
 * A change of an item, as `Item` is made by the item's schema. An image is there as far as the stream's view type has
 * it.
 */
export type TableChange<Item> =
  | (Change & {
      /** A new item. */
      readonly eventName: "INSERT";
      /** The item. */
      readonly newImage: Item;
      /** There was none. */
      readonly oldImage?: undefined;
      /** Whether DynamoDB removed the item because its time to live was over. */
      readonly expired: false;
    })
  | (Change & {
      /** An item that was there has changed. */
      readonly eventName: "MODIFY";
      /** The item after the change. */
      readonly newImage: Item;
      /** The item before the change. */
      readonly oldImage?: Item;
      /** Whether DynamoDB removed the item because its time to live was over. */
      readonly expired: false;
    })
  | (Change & {
      /** An item was removed. */
      readonly eventName: "REMOVE";
      /** There is none. */
      readonly newImage?: undefined;
      /** The item before it was removed. */
      readonly oldImage?: Item;
      /** Whether DynamoDB removed the item because its time to live was over. */
      readonly expired: boolean;
    });

type ChangeSchema<S extends StandardSchemaV1> = StandardSchemaV1<
  TableChange<StandardSchemaV1.InferInput<S>>,
  TableChange<StandardSchemaV1.InferOutput<S>>
>;

interface OfItems {
  readonly item: StandardSchemaV1;
}

const vendor = "spillway";
const images = ["newImage", "oldImage"] as const;

/**
 * The schema of a table's changes, for `callback`: both images are checked by `item`, the schema of the table's items.
 * A change whose image it refuses is dead-lettered.
 * @param item - The schema of the items of the table.
 */
export function tableChange<S extends StandardSchemaV1>(item: S): ChangeSchema<S> {
  const schema: ChangeSchema<S> & OfItems = {
    item,
    "~standard": {
      version: 1,
      vendor,
      validate: (value) => {
        const change = value as Readonly<Record<string, unknown>>;
        const checked = images
          .filter((name) => change[name] !== undefined)
          .map((name) => ({ name, result: item["~standard"].validate(change[name]) }));
        if (checked.some(({ result }) => result instanceof Promise)) {
          return Promise.all(checked.map(async ({ name, result }) => ({ name, result: await result }))).then((all) =>
            join(change, all),
          );
        }
        return join(change, checked as readonly CheckedImage[]);
      },
    },
  };
  return schema;
}

/** The schema of the items, where the schema is one that `tableChange` has made. */
export function itemSchemaOf(schema: StandardSchemaV1 & Partial<OfItems>): StandardSchemaV1 | undefined {
  return schema["~standard"].vendor === vendor ? schema.item : undefined;
}

interface CheckedImage {
  readonly name: (typeof images)[number];
  readonly result: StandardSchemaV1.Result<unknown>;
}

function join<T>(change: object, checked: readonly CheckedImage[]): StandardSchemaV1.Result<T> {
  const issues = checked.flatMap(({ name, result }) =>
    (result.issues ?? []).map(({ message, path = [] }) => ({ message, path: [name, ...path] })),
  );
  if (issues.length > 0) return { issues };
  const values = checked.map(({ name, result }) => [name, "value" in result ? result.value : undefined]);
  return { value: { ...change, ...Object.fromEntries(values) } as T };
}
