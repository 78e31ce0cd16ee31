// The events of the trial, each with why it becomes a dead letter, and where it has to end.
import type { Random } from "./random";

export type Name = "orders" | "payments" | "ledger" | "clicks" | "audit";

export interface Event {
  readonly id: string;
  readonly type: string;
  /** The message group of a FIFO queue, the partition key of a stream. */
  readonly customer: string;
  readonly quantity: number;
  readonly fault?: string;
}

export interface Sent {
  readonly consumer: Name;
  readonly event: Event;
  /** As it is sent: the event, or an envelope around it. */
  readonly body: string;
  readonly correlationId: string;
  /** The reason of its dead letter. `RetryAttemptsExhausted`: Lambda describes it, with others of its batch. */
  readonly reason: string;
  /** A callback takes it when it is fixed, an operator edits it, or discards it to a file. */
  readonly ends: "taken" | "edited" | "discarded";
}

/** What makes an event a dead letter, by its fault. */
const reasons: Readonly<Record<string, string>> = {
  declined: "PaymentDeclined",
  conflict: "OrderConflict",
  unreachable: "TypeError",
  crash: "MovedBySQS",
  unwanted: "UnwantedOrder",
};

export const kills = 10;
const perKill = 12;
const perGroup = 8;
/** More than SQS hands out of a message group at a time. */
export const bigGroup = { name: "g-big", size: 15 };
const rehearsed = { succeed: 30, fail: 20 };
const described = 60;

/** `letters`: how many dead letters there will be, without those that Lambda describes in the stream. */
export function drawUpEvents(letters: number, random: Random): readonly Sent[] {
  const events: Sent[] = [];
  let count = 0;
  const add = (consumer: Name, fault: string, more: Partial<Event> & { reason?: string; ends?: Sent["ends"] } = {}) => {
    const { reason = reasons[fault] ?? "InvalidEvent", ends = "taken", ...changes } = more;
    const id = `${consumer}-${count++}`;
    const event = {
      ...{ id, type: `order.${fault}`, customer: `c-${random.below(20)}`, quantity: 1 + random.below(100) },
      ...(fault in reasons && { fault }),
      ...changes,
    };
    events.push({ consumer, event, body: bodyOf(consumer, event), correlationId: `flow-${id}`, reason, ends });
  };
  const times = (n: number, work: (index: number) => void) =>
    Array.from({ length: n }).forEach((_, at) => void work(at));

  times(20, () => add("orders", "crash"));
  times(rehearsed.succeed, () => add("orders", "declined", { type: "order.rehearsed" }));
  times(rehearsed.fail, () => add("orders", "conflict", { type: "order.rehearsed" }));
  times(6, () => add("orders", "invalid", { quantity: 0, ends: "edited" }));
  times(4, () => add("orders", "garbled", { ends: "discarded" }));
  times(20, () => add("orders", "unwanted", { ends: "discarded" }));
  times(kills * perKill, (at) => add("payments", "declined", { customer: `k-${at % kills}` }));
  times(bigGroup.size, () => add("ledger", "conflict", { customer: bigGroup.name }));
  const rest = letters - events.length;
  times(Math.floor(rest * 0.25), (at) => add("ledger", "declined", { customer: `g-${Math.floor(at / perGroup)}` }));
  times(Math.floor(rest * 0.15), () => add("clicks", "declined"));
  times(Math.floor(rest * 0.03), () => add("audit", "declined"));
  times(Math.floor(rest * 0.03), () => add("audit", "unreachable"));
  times(Math.floor(rest * 0.15), () => add("orders", "conflict"));
  times(Math.floor(rest * 0.1), () => add("orders", "unreachable"));
  times(letters - events.length, () => add("orders", "declined"));
  // Other keys than those above, because a replay and a redrive have no order between them.
  const reason = "RetryAttemptsExhausted";
  times(described, () => add("clicks", "unreachable", { customer: `u-${random.below(6)}`, reason }));
  return events;
}

function bodyOf(consumer: Name, event: Event): string {
  if (event.type === "order.garbled") return `{"id":"${event.id}"`;
  if (consumer !== "clicks") return JSON.stringify(event);
  const { id, type } = event;
  const envelope = { specversion: "1.0", id, source: "/trial", type, correlationid: `flow-${id}` };
  return JSON.stringify({ ...envelope, data: event });
}
