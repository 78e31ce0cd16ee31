// Whether each event has ended where it belongs, once, and in its order.
import type { Name, Sent } from "./events";

/** An item of the table in which callbacks note what they have done: of an event, or of an order of events. */
export interface Item {
  readonly id: string;
  /** Of an event: consumer, correlation id and quantity of each run. */
  readonly runs?: readonly string[];
  /** Of a message group or a partition key: the ids, as they ran. */
  readonly ids?: readonly string[];
}

export interface Ends {
  /** Those that were sent to another consumer, with its name. */
  readonly elsewhere: ReadonlyMap<string, Name>;
  /** Quantities of those that were edited, by id. */
  readonly edited: ReadonlyMap<string, number>;
  /** Ids in the file of what was discarded. */
  readonly discarded: readonly string[];
}

/** A line for each event that is not where it belongs, is there twice, or has lost its flow or its order. */
export function offBalance(sent: readonly Sent[], items: readonly Item[], ends: Ends): readonly string[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const off: string[] = [];
  for (const { event, consumer, correlationId, ends: end } of sent) {
    const { id } = event;
    const runs = byId.get(id)?.runs ?? [];
    const by = ends.elsewhere.get(id) ?? consumer;
    const quantity = end === "edited" ? ends.edited.get(id) : event.quantity;
    const expected = end === "discarded" ? [] : [`${by} ${correlationId} ${quantity}`];
    if (runs.join() !== expected.join())
      off.push(`${id}: ran ${runs.length} times, as "${runs}", and not "${expected}"`);
    const filed = ends.discarded.filter((each) => each === id).length;
    if (filed !== (end === "discarded" ? 1 : 0)) off.push(`${id} is ${filed} times in the file`);
  }
  const inOrder = sent.filter(({ consumer }) => consumer === "ledger" || consumer === "clicks");
  const idsBy = new Map<string, readonly string[]>();
  for (const { consumer, event } of inOrder) {
    const group = `order of ${consumer} ${event.customer}`;
    idsBy.set(group, [...(idsBy.get(group) ?? []), event.id]);
  }
  for (const [group, ids] of idsBy) {
    const seen = byId.get(group)?.ids ?? [];
    if (seen.join() !== ids.join()) off.push(`${group} is ${seen}, and not ${ids}`);
  }
  return off;
}
