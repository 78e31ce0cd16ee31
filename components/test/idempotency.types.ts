// Keys of idempotency that the compiler refuses. Checked by `tsc --noEmit`: an expected error that does not come is an
// error. Never run.
import * as v from "valibot";
import { changed, countingChanges, type NoteEvent, note, onAny } from "../../test/support/callbacks";
import type { TableReference } from "../binding";
import type { KeyPath } from "../function/idempotency";
import { QueueConsumer } from "../queue-consumer";
import { callback } from "../runtime/callback/callback";
import { StreamConsumer } from "../stream-consumer";
import { TableConsumer } from "../table-consumer";
import type { Topic } from "../topic";
import { TopicConsumer } from "../topic-consumer";

declare const table: TableReference;
declare const topic: Topic<NoteEvent>;
declare const bindings: Record<string, never>;

const Order = v.object({
  orderId: v.string(),
  tries: v.optional(v.number()),
  customer: v.object({ id: v.string(), address: v.object({ zip: v.string() }) }),
  items: v.array(v.object({ sku: v.string() })),
  meta: v.unknown(),
  labels: v.record(v.string(), v.string()),
});
const onOrder = callback(Order, () => () => {});

export function keys(): void {
  for (const key of [
    "orderId",
    "tries",
    "customer.id",
    "customer.address.zip",
    "meta",
    "meta.trace.id",
    "labels.team",
  ] as const) {
    new QueueConsumer("right", { callback: onOrder, idempotency: { table, key } });
  }
  new QueueConsumer("several", { callback: onOrder, idempotency: { table, key: ["customer.id", "orderId"] } });
  // @ts-expect-error the event has no such member
  new QueueConsumer("unknown", { callback: onOrder, idempotency: { table, key: "orderID" } });
  // @ts-expect-error nor has the customer
  new QueueConsumer("unknown", { callback: onOrder, idempotency: { table, key: "customer.name" } });
  // @ts-expect-error an object tells no events apart
  new QueueConsumer("object", { callback: onOrder, idempotency: { table, key: "customer" } });
  // @ts-expect-error nor does a list
  new QueueConsumer("list", { callback: onOrder, idempotency: { table, key: "items" } });
  // @ts-expect-error nor does nothing
  new QueueConsumer("none", { callback: onOrder, idempotency: { table, key: [] } });
  // @ts-expect-error which table
  new QueueConsumer("no-table", { callback: onOrder, idempotency: { key: "orderId" } });
}

export function sources(): void {
  const stream = { streamArn: "arn" };
  new StreamConsumer("stream", { callback: note, idempotency: { table, key: "id" } });
  // @ts-expect-error a note has no such member
  new StreamConsumer("stream", { callback: note, idempotency: { table, key: "name" } });
  new TopicConsumer("topic", { callback: onAny, topic, idempotency: { table, key: ["type", "id"] } });
  // @ts-expect-error not all of the events have it, and those without it could only be dead-lettered
  new TopicConsumer("topic", { callback: onAny, topic, idempotency: { table, key: "why" } });
  // @ts-expect-error none of the events has such a member
  new TopicConsumer("topic", { callback: onAny, topic, idempotency: { table, key: "name" } });
  const idempotency = { table, key: ["eventName", "newImage.id", "keys.id"] } as const;
  new TableConsumer("table", { callback: changed, table: stream, idempotency });
  // @ts-expect-error an item has no such attribute
  new TableConsumer("table", { callback: changed, table: stream, idempotency: { table, key: "newImage.name" } });
  // @ts-expect-error a window's state is made of all its records at once
  new TableConsumer("window", { callback: countingChanges, table: stream, tumblingWindow: 60, bindings, idempotency });
}

// A type that holds itself ends somewhere.
interface Tree {
  readonly name: string;
  readonly left?: Tree;
}
const paths: KeyPath<Tree>[] = ["name", "left.name", "left.left.left.name", "left.left.left.left.whatever"];
void paths;
