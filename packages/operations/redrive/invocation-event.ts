// The Lambda event with one record by which a dead letter goes back to its consumer's function.
import { lambdaRecordOf } from "../letters/lambda-record";
import type { DeadLetter } from "../letters/letter";
import { reasonAttribute } from "../letters/parse";
import type { Route } from "../letters/route";
import { reasonTextOf, withReason } from "./outgoing";

export interface InvocationEvent {
  readonly payload: string;
  /** The id by which the consumer's log names the record. */
  readonly recordId: string;
  /** Whether the function names what has failed in its answer, instead of failing itself. */
  readonly partial: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/** Throws an Error, in words for the user, for a letter that holds no record. */
export function invocationEvent(letter: DeadLetter, route: Extract<Route, { to: "function" }>): InvocationEvent {
  if (letter.kind === "description") return eventOfDescription(letter, route.shape === "topic");
  // What SNS could not deliver may go to any function that consumes topics.
  const { id, record } = lambdaRecordOf({ ...withReason(letter), consumer: route.consumer });
  return { payload: JSON.stringify({ Records: [record] }), recordId: id, partial: route.shape === "stream" };
}

/** Lambda's description of an asynchronous event holds the event as the function had it. */
function eventOfDescription(letter: DeadLetter, ofTopic: boolean): InvocationEvent {
  const { id, description } = letter;
  const payload = description?.requestPayload as Members;
  const [first] = Array.isArray(payload?.Records) ? (payload.Records as readonly Members[]) : [];
  const sns = first?.Sns as Members | undefined;
  if (!ofTopic || first === undefined || sns === undefined) {
    return { payload: JSON.stringify(payload), recordId: id, partial: false };
  }
  const reason = { [reasonAttribute]: { Type: "String", Value: reasonTextOf(letter) } };
  const Sns = { ...sns, MessageAttributes: { ...(sns.MessageAttributes as object | undefined), ...reason } };
  return {
    payload: JSON.stringify({ Records: [{ ...first, Sns }] }),
    recordId: String(sns.MessageId),
    partial: false,
  };
}
