// Sends dead letters to a queue: in batches, each group in order.
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { DeadLetter } from "../letters/letter";
import type { Route } from "../letters/route";
import type { Clients } from "../stack/clients";
import { batchesOf } from "./batches";
import { type Entry, entryFor } from "./outgoing";

export type Delivery =
  /** `recordId`: the id by which its consumer's log names it now. */
  | { readonly letter: DeadLetter; readonly done: true; readonly recordId: string; readonly outcome?: Outcome }
  /** `behind`: only because an earlier one of its group has failed. */
  | { readonly letter: DeadLetter; readonly done: false; readonly why: string; readonly behind?: true };

/** What the consumer has made of a record that came back, once it is known. */
export type Outcome = "succeeded" | "deadLettered";

type QueueRoute = Extract<Route, { to: "queue" }>;

/**
 * Tells of each batch when it is sent. What has failed in a FIFO queue keeps the later letters of its group back.
 * `blocked`: the groups of which one has failed; more are added.
 */
export async function* sendToQueue(
  letters: readonly DeadLetter[],
  { queueUrl, fifo }: QueueRoute,
  { sqs }: Pick<Clients, "sqs">,
  blocked: Set<string>,
): AsyncGenerator<readonly Delivery[]> {
  const items = letters.map((letter) => ({ letter, entry: entryFor(letter, fifo) }));
  for (const batch of batchesOf(items, fifo)) {
    const held = batch.filter(({ entry }) => fifo && blocked.has(entry.MessageGroupId ?? ""));
    const sent = await sendBatch(
      batch.filter((item) => !held.includes(item)),
      queueUrl,
      sqs,
    );
    const deliveries: Delivery[] = [...sent, ...held.map(({ letter }) => behind(letter))];
    for (const { letter, done } of deliveries) if (!done && fifo) blocked.add(letter.group ?? "");
    yield deliveries;
  }
}

const behind = (letter: DeadLetter): Delivery => ({
  letter,
  done: false,
  behind: true,
  why: "An earlier letter of its group could not be sent.",
});

async function sendBatch(
  batch: readonly { readonly letter: DeadLetter; readonly entry: Entry }[],
  queueUrl: string,
  sqs: Clients["sqs"],
): Promise<readonly Delivery[]> {
  if (batch.length === 0) return [];
  const { Successful = [], Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: batch.map(({ entry }, index) => ({ Id: String(index), ...entry })),
    }),
  );
  return batch.map(({ letter }, index): Delivery => {
    const id = Successful.find(({ Id }) => Id === String(index))?.MessageId;
    if (id !== undefined) return { letter, done: true, recordId: id };
    const { Code = "Unknown", Message = "SQS did not say why." } = Failed.find(({ Id }) => Id === String(index)) ?? {};
    return { letter, done: false, why: `${Code}: ${Message}` };
  });
}
