// The balance: whether each message is in exactly one place, and all that follows from an order is there once.
import type { Client } from "./client";
import type { Message, Orders } from "./orders";

/** One line of the balance. */
export interface Entry {
  readonly what: string;
  readonly expected: number;
  readonly found: number;
}

export interface Balance {
  readonly entries: readonly Entry[];
  /** By `errorType`. */
  readonly deadLetters: ReadonlyMap<string, number>;
  readonly stored: number;
}

type Item = Readonly<Record<string, unknown>>;

export async function drawUpBalance(
  { messages }: Orders,
  client: Pick<Client, "items" | "messages" | "depth">,
  outputs: Readonly<Record<string, unknown>>,
): Promise<Balance> {
  const output = (name: string) => String(outputs[name]);
  const [orders, notifications, audit, stock] = await Promise.all(
    ["ordersTableName", "notificationsTableName", "auditTableName", "stockTableName"].map((name) =>
      client.items(output(name)),
    ),
  );
  if (!orders || !notifications || !audit || !stock) throw new RangeError("a table is missing");
  const letters = await client.messages(output("ordersDeadLetterQueueUrl"));
  const reasons = letters.map(({ MessageAttributes }) => errorTypeIn(MessageAttributes?.DeadLetterReason?.StringValue));
  const bodies = countBy(letters.map(({ Body = "" }) => Body));
  const byId = new Map(orders.map((item) => [String(item.orderId), item]));
  const count = (...kinds: Message["kind"][]) => messages.filter(({ kind }) => kinds.includes(kind)).length;
  const withReason = (reason: string) => reasons.filter((each) => each === reason).length;
  const valid = count("order");
  const misplaced = messages.filter((message) => placesOf(message, byId, bodies) !== 1).length;
  const otherLetters = Object.entries(outputs.deadLetters as Readonly<Record<string, { readonly url: string }>>);
  const elsewhere = await Promise.all(
    otherLetters.filter(([name]) => name !== "orders" && name !== "activity").map(([, { url }]) => client.depth(url)),
  );
  const once = (items: readonly Item[]) => new Set(items.map(({ orderId }) => orderId)).size;

  return {
    stored: orders.length,
    deadLetters: countBy(reasons.map((reason) => reason ?? "no reason")),
    entries: [
      { what: "messages in no place, or in two", expected: 0, found: misplaced },
      { what: "orders in the table", expected: valid, found: orders.length },
      {
        what: "  of them reserved",
        expected: valid,
        found: orders.filter(({ status }) => status === "reserved").length,
      },
      {
        what: "pieces reserved, by stock",
        expected: piecesOf(orders),
        found: sum(stock.map(({ reserved }) => reserved)),
      },
      { what: "notifications", expected: valid, found: notifications.length },
      { what: "audit lines", expected: valid, found: audit.length },
      { what: "  orders with one", expected: valid, found: once(audit) },
      { what: "dead letters of orders", expected: count("not JSON", "no order", "conflict"), found: letters.length },
      { what: "  for InvalidEvent", expected: count("not JSON", "no order"), found: withReason("InvalidEvent") },
      { what: "  for OrderConflict", expected: count("conflict"), found: withReason("OrderConflict") },
      { what: "  without a reason", expected: 0, found: reasons.filter((each) => each === undefined).length },
      { what: "dead letters elsewhere", expected: 0, found: sum(elsewhere) },
    ],
  };
}

/** In how many places the message is: what is stored of it, and its dead letters. */
function placesOf(
  { kind, body, orderId }: Message,
  orders: ReadonlyMap<string, Item>,
  letters: ReadonlyMap<string, number>,
): number {
  const dead = letters.get(body) ?? 0;
  if (orderId === undefined) return dead;
  const item = orders.get(orderId);
  const { customerId, items } = JSON.parse(body) as Item;
  const isStored =
    item !== undefined &&
    JSON.stringify([item.customerId, sorted(item.items)]) === JSON.stringify([customerId, sorted(items)]);
  // Of an order and its conflict, whichever came second is the dead letter; a duplicate is in the place of its order.
  return kind === "duplicate" && !isStored ? Math.min(1, dead) : (isStored ? 1 : 0) + dead;
}

/** With members in one order: a table keeps none. */
function sorted(items: unknown): unknown {
  return (items as readonly { readonly sku: string; readonly quantity: number }[]).map(({ sku, quantity }) => [
    sku,
    quantity,
  ]);
}

function piecesOf(orders: readonly Item[]): number {
  return sum(orders.flatMap(({ items }) => (items as readonly Item[]).map(({ quantity }) => quantity)));
}

function errorTypeIn(reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : (JSON.parse(reason) as { readonly errorType?: string }).errorType;
}

const sum = (values: readonly unknown[]) => values.reduce<number>((total, value) => total + Number(value), 0);

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
