// The second part of the demo: records of the activity stream, some of them poison, and what must have been counted of
// them.
import type { Entry } from "./balance";
import type { Client, StreamRecord } from "./client";

const customers = 50;
const kinds = ["viewed", "added", "bought"] as const;

export interface Activity {
  readonly records: readonly StreamRecord[];
  /** By customer, how often each kind is among the records. */
  readonly expected: ReadonlyMap<string, Readonly<Record<(typeof kinds)[number], number>>>;
  /** As they were put. */
  readonly poison: readonly string[];
}

/** `share` of the records are poison, between 0 and 1. */
export function makeActivity(total: number, share: number): Activity {
  const every = share === 0 ? Number.POSITIVE_INFINITY : Math.round(1 / share);
  const expected = new Map<string, Record<(typeof kinds)[number], number>>();
  const poison: string[] = [];
  const records = Array.from({ length: total }, (_, index): StreamRecord => {
    // No step of the numbers below divides another, so that every customer has all kinds and some poison.
    const key = `c-${(index * 7) % customers}`;
    if (index % every === every - 1) {
      const data = `nothing that anybody did, ${index}`;
      poison.push(data);
      return { key, data };
    }
    const kind = kinds[Math.floor(index / customers) % kinds.length] ?? "viewed";
    const counts = expected.get(key) ?? { viewed: 0, added: 0, bought: 0 };
    counts[kind] += 1;
    expected.set(key, counts);
    return { key, data: JSON.stringify({ customerId: key, kind, sku: "book", at: "2026-01-01T00:00:00Z" }) };
  });
  return { records, expected, poison };
}

export async function drawUpActivity(
  { expected, poison }: Activity,
  client: Pick<Client, "items" | "messages" | "depth">,
  outputs: Readonly<Record<string, unknown>>,
): Promise<readonly Entry[]> {
  const items = await client.items(String(outputs.activityTableName));
  const exact = items.filter((item) => {
    const counts = expected.get(String(item.customerId));
    return counts !== undefined && kinds.every((kind) => Number(item[kind]) === counts[kind]);
  });
  const queues = outputs.deadLetters as Readonly<Record<string, { readonly url: string }>>;
  const letters = await client.messages(queues.activity?.url ?? "");
  const payloads = letters.map(({ Body = "" }) => Buffer.from(Body, "base64").toString());
  const known = new Set(poison);
  return [
    { what: "customers with exact counts", expected: expected.size, found: exact.length },
    { what: "dead letters of activity", expected: poison.length, found: letters.length },
    {
      what: "  with the payload, each once",
      expected: poison.length,
      found: new Set(payloads.filter((payload) => known.has(payload))).size,
    },
  ];
}
