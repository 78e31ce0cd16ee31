// What the demo sends: orders, and among them poison, duplicates and such as the database refuses at first. The same
// every time.

export type Kind = "order" | "duplicate" | "not JSON" | "no order" | "conflict";

export interface Message {
  readonly kind: Kind;
  /** As it is sent. */
  readonly body: string;
  /** Undefined for what is no order. */
  readonly orderId: string | undefined;
}

export interface Shares {
  readonly poison: number;
  readonly transient: number;
  readonly duplicates: number;
}

export interface Orders {
  readonly messages: readonly Message[];
  /** Orders of which the database refuses the first attempt. */
  readonly refusedAtFirst: ReadonlySet<string>;
}

const skus = ["book", "pen", "lamp", "desk", "chair", "cup", "hat", "map"];
const kindsOfPoison = ["not JSON", "no order", "conflict"] as const;

/** `total` messages; `shares` between 0 and 1. */
export function makeOrders(total: number, shares: Shares): Orders {
  const poison = Math.round(total * shares.poison);
  const duplicates = Math.round(total * shares.duplicates);
  const orders = Array.from({ length: total - poison - duplicates }, (_, index) => orderOf(index));
  // Every so many, so that they are spread over the whole run. Those with even numbers get conflicts and those with odd
  // ones duplicates: of an order and its conflict either may come first, and a duplicate of the one that lost would be
  // lost, too.
  const evenly = (count: number, parity: 0 | 1) =>
    Array.from({ length: count }, (_, index) => orders[2 * Math.floor((index * orders.length) / count / 2) + parity]);
  const others = [
    ...evenly(poison, 0).map((order, index) => poisonOf(kindsOfPoison[index % 3] ?? "not JSON", index, order)),
    ...evenly(duplicates, 1).map((order): Message | undefined => order && { ...order, kind: "duplicate" }),
  ].filter((message) => message !== undefined);
  const refused = evenly(Math.round(total * shares.transient), 1);
  const refusedAtFirst = new Set(refused.flatMap((order) => order?.orderId ?? []));
  return { messages: spread(orders, others), refusedAtFirst };
}

function orderOf(index: number): Message {
  const orderId = `o-${index + 1}`;
  return { kind: "order", orderId, body: JSON.stringify(requestOf(orderId, index)) };
}

function requestOf(orderId: string, index: number) {
  const items = Array.from({ length: 1 + (index % 3) }, (_, item) => ({
    sku: skus[(index + item) % skus.length],
    quantity: 1 + ((index + item) % 4),
  }));
  return { orderId, customerId: `c-${index % 1000}`, items };
}

function poisonOf(kind: (typeof kindsOfPoison)[number], index: number, order: Message | undefined): Message {
  if (kind === "not JSON") return { kind, orderId: undefined, body: `order ${index}, please` };
  if (kind === "no order" || order?.orderId === undefined) {
    return { kind: "no order", orderId: undefined, body: JSON.stringify({ orderId: `p-${index}`, customerId: "c-1" }) };
  }
  return { kind, orderId: order.orderId, body: JSON.stringify(requestOf(order.orderId, index + 100_000)) };
}

/** The others among the orders, evenly. */
function spread(orders: readonly Message[], others: readonly Message[]): Message[] {
  const every = Math.max(1, Math.floor(orders.length / Math.max(1, others.length)));
  const left = [...others];
  const all = orders.flatMap((order, index) => {
    const next = (index + 1) % every === 0 ? left.shift() : undefined;
    return next === undefined ? [order] : [order, next];
  });
  return [...all, ...left];
}
