// Edits the event of a dead letter, checks it as its consumer would, sends it and deletes the letter.

import { type Audit, startAudit } from "../audit";
import { spillway } from "../called";
import type { DeadLetter } from "../letters/letter";
import { reasonAttribute } from "../letters/parse";
import { openReader, type Reader } from "../letters/reader";
import { nameOfRoute, routeOf } from "../letters/route";
import { Outcomes } from "../redrive/outcomes";
import { largestMessage, reasonTextOf, sizeOf, withReason } from "../redrive/outgoing";
import { paceOf } from "../redrive/pace";
import { loggingOne, type Working } from "../redrive/request";
import { Sending } from "../redrive/sending";
import type { Consumer, Stack } from "../stack/stack";
import { contentOf, shown, written } from "./content";
import { eventToCheck } from "./event-to-check";

export interface EditRequest {
  readonly consumer: Consumer;
  /** Of the letter. */
  readonly id: string;
  /** Another consumer that gets it. */
  readonly to?: Consumer | undefined;
  /** Whether the body is edited with its envelope, instead of the event within. */
  readonly whole: boolean;
  /** What is to be sent instead of this text; undefined for nothing. */
  edit(text: string): Promise<string | undefined>;
  /** What is wrong with the event, as its consumer's schema says. Undefined: it is not checked. */
  readonly check?: ((consumer: Consumer, event: unknown) => Promise<readonly string[]>) | undefined;
  readonly audit: boolean;
}

export type Edited =
  | { readonly result: "unchanged" }
  /** Nothing was sent. `text`: what was to be sent. */
  | { readonly result: "refused"; readonly issues: readonly string[]; readonly text: string }
  | {
      readonly result: "sent";
      readonly to: string;
      /** Name of the consumer that gets it. */
      readonly receiver: string;
      /** The id by which its consumer's log names it now. */
      readonly recordId: string;
      /** Whether its reason says from which letter it was edited; there may have been no room. */
      readonly linked: boolean;
      /** Whether SQS has deleted the letter. Otherwise it is in both places. */
      readonly deleted: boolean;
    };

export async function edit(stack: Stack, request: EditRequest, working: Working): Promise<Edited> {
  const { consumer, id } = request;
  const reader = await openReader(stack, { consumer, signal: working.signal });
  try {
    const letter = await find(reader, id);
    if (letter === undefined) {
      throw new Error(
        `The dead-letter queue of "${consumer.name}" has no message ${id}, or somebody else has it in hand for a moment. ` +
          `Its ids: ${spillway} dlq show ${consumer.name}${stack.flags}`,
      );
    }
    const { name } = letter.consumer;
    if (name !== consumer.name) {
      throw new Error(
        `Dead letter ${id} is of "${name}", which has the same dead-letter queue. ` +
          `Edit it there: ${spillway} dlq edit ${name} ${id}${stack.flags}`,
      );
    }
    return await editLetter(stack, request, working, { letter, reader });
  } finally {
    await reader.close();
  }
}

/** Holds this one only: the others are for others while a person edits. */
async function find(reader: Reader, id: string): Promise<DeadLetter | undefined> {
  const others: DeadLetter[] = [];
  for await (const wave of reader.waves()) {
    const found = wave.find((letter) => letter.id === id);
    others.push(...wave.filter((letter) => letter !== found));
    if (found === undefined) continue;
    await reader.giveBack(others);
    return found;
  }
  return undefined;
}

async function editLetter(
  stack: Stack,
  { consumer, to, whole, edit: ask, check, audit: writes }: EditRequest,
  { say, signal }: Working,
  { letter, reader }: { readonly letter: DeadLetter; readonly reader: Reader },
): Promise<Edited> {
  const route = routeOf(letter, stack, to);
  if (route.to === "nowhere") throw new Error(`Dead letter ${letter.id} cannot be sent. ${route.why}`);
  const content = contentOf(letter, stack);
  const before = shown(content.text, whole);
  const edited = await ask(before);
  signal.throwIfAborted();
  if (edited === undefined || edited.trim() === before.trim()) return { result: "unchanged" };
  const refused = (...issues: readonly string[]): Edited => ({ result: "refused", issues, text: edited });
  const text = written(content.text, edited, whole);
  if (text === "") return refused("It is empty, and SQS takes no empty body.");
  if (check !== undefined) {
    const issues = await check(route.consumer, eventToCheck(text, consumer.kind));
    if (issues.length > 0) return refused(...issues);
  }
  signal.throwIfAborted();
  const next = linked(content.replace(text), letter.id);
  const { Body = "", MessageAttributes = {} } = next.message;
  const size = sizeOf(Body, MessageAttributes);
  if (route.to === "queue" && size > largestMessage) {
    return refused(`It has ${size} bytes with its attributes; SQS takes ${largestMessage}.`);
  }
  let audit: Audit | undefined;
  const sending = new Sending({
    stack,
    to,
    outcomes: new Outcomes(stack),
    pace: paceOf(undefined, signal),
    begin: async (receiver) => {
      const loggedBy = loggingOne(consumer, receiver);
      const operation = { operation: "edit", consumer, loggedBy, from: consumer.url, to: to?.name };
      audit = await startAudit(stack, operation, { intended: { count: 1, ids: [letter.id] }, off: !writes, say });
    },
    delete: (letters) => reader.delete(letters),
    ends: () => false,
    progress: async () => {},
  });
  try {
    await sending.send([next]);
  } finally {
    await audit?.finish({ count: sending.sent.size, ids: [letter.id] });
  }
  const [recordId] = sending.sent.keys();
  if (recordId === undefined) return refused(sending.kept.get(letter.id) ?? "It could not be sent.");
  return {
    result: "sent",
    to: nameOfRoute(route),
    receiver: route.consumer.name,
    recordId,
    linked: next.message.MessageAttributes?.[reasonAttribute]?.StringValue?.includes(letter.id) ?? false,
    deleted: sending.doubled.length === 0,
  };
}

/** With the id of the letter that it was, so that a second failure shows it: the consumer keeps `editedFrom`. */
function linked(letter: DeadLetter, editedFrom: string): DeadLetter {
  const text = JSON.stringify({ ...JSON.parse(reasonTextOf(letter)), editedFrom });
  return withReason(letter, text);
}
