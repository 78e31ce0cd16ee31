// Mistakes that the compiler refuses. Checked by `tsc --noEmit`: an expected error that does not come is an error.
// Never run.
// Longer than 250 lines because every kind of binding has its mistakes here.
import * as v from "valibot";
import {
  changed,
  counting,
  countingChanges,
  type NoteEvent,
  note,
  onAny,
  onPlaced,
  publishing,
} from "../../test/support/callbacks";
import {
  type EventBus,
  eventBus,
  plain,
  publishTo,
  putEvents,
  readTable,
  secret,
  sendTo,
  statements,
  type TableReference,
  writeTable,
} from "../binding";
import { EventBusRule } from "../event-bus-rule";
import { QueueConsumer } from "../queue-consumer";
import {
  type BusTarget,
  batchCallback,
  callback,
  type PublishTarget,
  type ReadableTable,
  type Secret,
  type SendTarget,
  type Window,
  type WritableTable,
  windowCallback,
} from "../runtime/callback/callback";
import { publish, putEvent } from "../runtime/callback/publish";
import { readSecret } from "../runtime/callback/secret";
import { send } from "../runtime/callback/send";
import { Schedule } from "../schedule";
import { StreamConsumer } from "../stream-consumer";
import { TableConsumer } from "../table-consumer";
import type { Topic } from "../topic";
import { TopicConsumer } from "../topic-consumer";

const Order = v.strictObject({ orderId: v.string(), quantity: v.pipe(v.string(), v.transform(Number)) });
type OrderWire = v.InferInput<typeof Order>;
const Other = v.object({ z: v.number() });
declare const orders: TableReference;

export const placeOrder = callback(
  Order,
  ({ orders: table }: { orders: WritableTable }) =>
    async (order, { attempt }) => {
      const seen: [number, string, number | undefined] = [order.quantity, table, attempt];
      void seen;
      // @ts-expect-error the event has no such property
      order.nope;
    },
);

const placed = new QueueConsumer("placed", { callback: placeOrder, bindings: { orders: writeTable(orders) } });
// @ts-expect-error the callback asks for bindings
new QueueConsumer("none", { callback: placeOrder });
// @ts-expect-error the binding `orders` is missing
new QueueConsumer("empty", { callback: placeOrder, bindings: {} });
// @ts-expect-error reading is not writing
new QueueConsumer("reading", { callback: placeOrder, bindings: { orders: readTable(orders) } });
// @ts-expect-error a plain value carries no permission
new QueueConsumer("plain", { callback: placeOrder, bindings: { orders: plain("orders") } });
// @ts-expect-error a string is not a binding
new QueueConsumer("string", { callback: placeOrder, bindings: { orders: "orders" } });
new QueueConsumer("excess", {
  callback: placeOrder,
  // @ts-expect-error a binding that nobody asks for is a privilege that nobody needs
  bindings: { orders: writeTable(orders), more: writeTable(orders) },
});
new QueueConsumer("unasked", {
  callback: callback(Order, () => async () => {}),
  // @ts-expect-error no binding is asked for
  bindings: { orders: writeTable(orders) },
});

// By action: what is granted must include what is asked for.
const puts = callback(
  Order,
  ({ table }: { table: WritableTable<"PutItem"> }) =>
    async () =>
      void table,
);
new QueueConsumer("puts", { callback: puts, bindings: { table: writeTable(orders, ["PutItem"]) } });
new QueueConsumer("puts-and-more", { callback: puts, bindings: { table: writeTable(orders, ["PutItem", "Query"]) } });
new QueueConsumer("all", { callback: puts, bindings: { table: writeTable(orders) } });
// @ts-expect-error another action than the one that is asked for
new QueueConsumer("updates", { callback: puts, bindings: { table: writeTable(orders, ["UpdateItem"]) } });
// @ts-expect-error the callback asks for all actions
new QueueConsumer("too-few", { callback: placeOrder, bindings: { orders: writeTable(orders, ["PutItem"]) } });
// @ts-expect-error no action at all
writeTable(orders, []);
// @ts-expect-error reading does not put
readTable(orders, ["PutItem"]);
// @ts-expect-error no action of a table
writeTable(orders, ["CreateTable"]);

// Writing includes reading, and a binding may be optional in the callback: it must still be decided here.
const reader = callback(
  Order,
  ({ table }: { table: ReadableTable }) =>
    async () =>
      void table,
);
new QueueConsumer("reader", { callback: reader, bindings: { table: writeTable(orders) } });
const optional = callback(
  Order,
  ({ table }: { table?: ReadableTable }) =>
    async () =>
      void table,
);
new QueueConsumer("optional", { callback: optional, bindings: { table: readTable(orders) } });
new QueueConsumer("inline", { callback: callback(Order, () => (order) => void order.orderId.length) });

new QueueConsumer("sender", {
  callback: callback(Order, ({ next }: { next: SendTarget<OrderWire> }) => async (order) => {
    await send(next, { orderId: order.orderId, quantity: "3" });
    // @ts-expect-error what travels is what the other side's schema takes, not what it makes of it
    await send(next, { orderId: order.orderId, quantity: 3 });
    // @ts-expect-error a property is missing
    await send(next, { orderId: order.orderId });
  }),
  bindings: { next: sendTo(placed) },
});
const other = new QueueConsumer("other", { callback: callback(Other, () => (event) => void event.z.toFixed()) });
new QueueConsumer("wrong-target", {
  callback: callback(
    Order,
    ({ next }: { next: SendTarget<OrderWire> }) =>
      async () =>
        void next,
  ),
  // @ts-expect-error another queue reads other events
  bindings: { next: sendTo(other) },
});

const asksForSecret = callback(
  Order,
  ({ key }: { key: Secret }) =>
    async () =>
      void (await readSecret(key)),
);
new QueueConsumer("secret", { callback: asksForSecret, bindings: { key: secret({ parameterArn: "arn" }) } });
// @ts-expect-error a plain value is not a secret
new QueueConsumer("no-secret", { callback: asksForSecret, bindings: { key: plain("hunter2") } });

const asksForText = callback(
  Order,
  ({ bucket }: { bucket: string }) =>
    async () =>
      void bucket,
);
new QueueConsumer("text", { callback: asksForText, bindings: { bucket: plain("b") } });
new QueueConsumer("granted", {
  callback: asksForText,
  bindings: { bucket: statements("b", { actions: ["s3:GetObject"], resources: ["arn:aws:s3:::b/*"] }) },
});

const batch = batchCallback(
  Order,
  () => async (records) => records.map(({ id, event }) => ({ id, error: event.quantity })),
);
new QueueConsumer("batch", { callback: batch });
// @ts-expect-error what failed is named by id and error
batchCallback(Order, () => async () => ["id"]);

new QueueConsumer("overridden", {
  callback: batch,
  overrides: { queue: { tags: { team: "a" } }, function: { description: "d" } },
});
// @ts-expect-error an argument governs the visibility timeout
new QueueConsumer("governed", { callback: batch, overrides: { queue: { visibilityTimeoutSeconds: 1 } } });
// @ts-expect-error so does the code
new QueueConsumer("code", { callback: batch, overrides: { function: { handler: "x.y" } } });

// A topic is typed by its events, and a subscriber must read all that it gets.
export function subscriptions(topic: Topic<NoteEvent>): void {
  const placed = new QueueConsumer("placed", { callback: onPlaced });
  const any = new QueueConsumer("any", { callback: onAny });
  topic.subscribe(placed, { types: ["placed"] });
  topic.subscribe(any);
  topic.subscribe(any, { types: ["cancelled"] });
  // @ts-expect-error it would get cancellations too
  topic.subscribe(placed);
  // @ts-expect-error it cannot read cancellations
  topic.subscribe(placed, { types: ["cancelled"] });
  // @ts-expect-error no event of this topic has the type
  topic.subscribe(any, { types: ["lost"] });
  new QueueConsumer("source", { callback: publishing, bindings: { events: publishTo(topic) } });
  // @ts-expect-error a queue is no topic
  new QueueConsumer("source", { callback: publishing, bindings: { events: sendTo(any) } });
}

// A callback that consumes a topic must read all that it gets; of an existing topic nobody knows what that is.
export function topicConsumers(topic: Topic<NoteEvent>): void {
  new TopicConsumer("any", { callback: onAny, topic });
  new TopicConsumer("some", { callback: onAny, topic, types: ["cancelled"] });
  new TopicConsumer("placed", { callback: onPlaced, topic, types: ["placed"] });
  new TopicConsumer("theirs", { callback: onPlaced, topic: { arn: "arn" }, types: ["anything"] });
  new TopicConsumer("bound", {
    callback: callback(
      v.object({ type: v.string() }),
      ({ orders: table }: { orders: WritableTable }) =>
        () =>
          void table,
    ),
    bindings: { orders: writeTable(orders) },
    topic,
  });
  // @ts-expect-error it would get cancellations too
  new TopicConsumer("unread", { callback: onPlaced, topic });
  // @ts-expect-error it cannot read cancellations
  new TopicConsumer("wrong", { callback: onPlaced, topic, types: ["cancelled"] });
  // @ts-expect-error no event of this topic has the type
  new TopicConsumer("lost", { callback: onAny, topic, types: ["lost"] });
  // @ts-expect-error the callback asks for bindings
  new TopicConsumer("unbound", { callback: placeOrder, topic: { arn: "arn" } });
}

export async function published(events: PublishTarget<NoteEvent>): Promise<void> {
  await publish(events, { type: "placed", id: "1" });
  // @ts-expect-error a cancellation says why
  await publish(events, { type: "cancelled", id: "1" });
  // @ts-expect-error no event of this topic has the type
  await publish(events, { type: "lost", id: "1" });
}

export function schedules(): void {
  const target = new QueueConsumer("swept", { callback: onPlaced });
  new Schedule("right", { expression: "rate(1 hour)", target, event: { type: "placed", id: "1" } });
  // @ts-expect-error the target's callback cannot read it
  new Schedule("wrong", { expression: "rate(1 hour)", target, event: { type: "placed" } });
}

// A window callback and a tumbling window go together, on streams only.
export function windows(table: TableReference): void {
  const bindings = { table: writeTable(table) };
  const stream = { streamArn: "arn" };
  const jobs = new StreamConsumer("window", { callback: counting, bindings, tumblingWindow: 60 });
  const put: (event: { id: string }) => void = jobs.accepts ?? (() => {});
  put({ id: "1" });
  // @ts-expect-error what its callback reads has an id
  put({});
  new TableConsumer("changes", { callback: countingChanges, table: stream, tumblingWindow: 60 });
  // @ts-expect-error a window callback needs a window
  new StreamConsumer("no-window", { callback: counting, bindings });
  // @ts-expect-error the callback asks for bindings
  new StreamConsumer("unbound", { callback: counting, tumblingWindow: 60 });
  // @ts-expect-error a window needs a window callback
  new StreamConsumer("no-state", { callback: note, tumblingWindow: 60 });
  // @ts-expect-error a window needs a window callback
  new TableConsumer("no-state", { callback: changed, table: stream, tumblingWindow: 60 });
  // @ts-expect-error a queue has no windows
  new QueueConsumer("queue", { callback: counting, bindings });
  // @ts-expect-error a topic has no windows
  new TopicConsumer("topic", { callback: counting, bindings, topic: { arn: "arn" } });
  // @ts-expect-error the next state must be like the one before
  windowCallback(Other, () => (_, window: Window<{ count: number }>) => ({ sum: window.state?.count }));
}

// A bus is typed by its events where it is named with `eventBus`.
export function buses(plainBus: { name: string; arn: string }, others: EventBus<{ type: "lost"; at: string }>): void {
  const bus = eventBus<NoteEvent>(plainBus);
  const putting = callback(Other, ({ target }: { target: BusTarget<NoteEvent> }) => async () => {
    await putEvent(target, { type: "placed", id: "1" });
    // @ts-expect-error a cancellation says why
    await putEvent(target, { type: "cancelled", id: "1" });
  });
  new QueueConsumer("source", { callback: putting, bindings: { target: putEvents(bus) } });
  new QueueConsumer("source", { callback: putting, bindings: { target: putEvents(plainBus) } });
  // @ts-expect-error another bus carries other events
  new QueueConsumer("source", { callback: putting, bindings: { target: putEvents(others) } });
  // @ts-expect-error an event has a type
  eventBus<{ id: string }>(plainBus);

  const placed = new QueueConsumer("placed", { callback: onPlaced });
  const any = new QueueConsumer("any", { callback: onAny });
  new EventBusRule("any", { bus, pattern: { source: ["notes"] }, target: any });
  new EventBusRule("placed", { bus, types: ["placed"], target: placed });
  new EventBusRule("untyped", { bus: plainBus, types: ["whatever"], target: placed });
  new EventBusRule("default", { types: ["whatever"], target: placed });
  // @ts-expect-error it would get cancellations too
  new EventBusRule("unread", { bus, pattern: { source: ["notes"] }, target: placed });
  // @ts-expect-error it cannot read cancellations
  new EventBusRule("wrong", { bus, types: ["cancelled"], target: placed });
  // @ts-expect-error no event of this bus has the type
  new EventBusRule("lost", { bus, types: ["lost"], target: any });
}
