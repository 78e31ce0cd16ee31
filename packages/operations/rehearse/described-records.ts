// The records that Lambda's description of a dead letter is about, for a rehearsal.
import type { LambdaRecord } from "../letters/lambda-record";
import { readDescription } from "../replay/description";
import { findRecords } from "../replay/find-records";
import { mappingOf } from "../replay/mapping";
import type { Consumer, Stack } from "../stack/stack";

/** Reads them from the stack's stream. Rejects with an Error for the user where they cannot be had, or not all. */
export async function describedRecords(
  consumer: Consumer,
  given: Readonly<Record<string, unknown>>,
  { stack, signal }: { readonly stack: Stack; readonly signal: AbortSignal },
): Promise<readonly LambdaRecord[]> {
  const description = readDescription(given);
  if (description.kind === "event") return recordsOfTopic(description.payload);
  const clients = stack.clientsOf(consumer);
  const mapping = await mappingOf(clients, consumer);
  const { records, expired, others } = await findRecords(clients, description, mapping, signal);
  if (expired !== undefined) throw new Error(`Past the retention of its stream: ${expired}.`);
  if (others > 0) {
    throw new Error(`Its range has ${others} records of other batches, and nothing tells which of them failed.`);
  }
  return records.map(({ id, sequenceNumber, record }) => ({ id, itemIdentifier: sequenceNumber, record }));
}

function recordsOfTopic(payload: string): readonly LambdaRecord[] {
  const { Records } = JSON.parse(payload) as { readonly Records?: readonly TopicRecord[] };
  if (!Array.isArray(Records) || Records.length === 0) {
    throw new Error("The event has no records, so nothing can tell what becomes of them.");
  }
  return (Records as readonly TopicRecord[]).map((record) => {
    const id = record.Sns?.MessageId ?? "";
    return { id, itemIdentifier: id, record };
  });
}

interface TopicRecord {
  readonly Sns?: { readonly MessageId?: string };
}
