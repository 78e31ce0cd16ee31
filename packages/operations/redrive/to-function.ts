// Gives dead letters of streams, tables and topics back to their consumer's function, each in an invocation of its own.
import { type Answer, invoke } from "../invocation/invoke";
import type { DeadLetter } from "../letters/letter";
import type { Route } from "../letters/route";
import type { Clients } from "../stack/clients";
import { type InvocationEvent, invocationEvent } from "./invocation-event";
import type { Delivery } from "./to-queue";

/** The letter counts as done only when the function's answer says so. */
export async function giveToFunction(
  letter: DeadLetter,
  route: Extract<Route, { to: "function" }>,
  { lambda }: Pick<Clients, "lambda">,
): Promise<Delivery> {
  let event: InvocationEvent;
  try {
    event = invocationEvent(letter, route);
  } catch (error) {
    return { letter, done: false, why: error instanceof Error ? error.message : String(error) };
  }
  // It is not aborted: nobody would know what it has done.
  const answer = await invoke(lambda, route.functionName, event.payload);
  const why = failureIn(answer, event);
  if (why !== undefined) return { letter, done: false, why };
  // A record that cannot succeed is a dead letter again, which the consumer has stored before it answered.
  const { recordId } = event;
  const { batch } = answer;
  if (batch === undefined) return { letter, done: true, recordId };
  return { letter, done: true, recordId, outcome: batch.deadLettered > 0 ? "deadLettered" : "succeeded" };
}

function failureIn({ error, itemIdentifiers, batch }: Answer, { partial }: InvocationEvent): string | undefined {
  if (error !== undefined) return `${error.errorType}: ${error.errorMessage}`;
  if (!partial || itemIdentifiers.length === 0) return undefined;
  const [failed] = batch?.failures ?? [];
  return failed === undefined
    ? "The function reported the record as failed; its log says why."
    : `${failed.errorType}: ${failed.errorMessage}`;
}
