// Gives dead letters of streams, tables and topics back to their consumer's function, each in an invocation of its own.

import { setTimeout as sleep } from "node:timers/promises";
import { type InvocationResponse, InvokeCommand } from "@aws-sdk/client-lambda";
import type { DeadLetter } from "../letters/letter";
import type { Route } from "../letters/route";
import type { Clients } from "../stack/clients";
import { type InvocationEvent, invocationEvent } from "./invocation-event";
import type { Delivery, Outcome } from "./to-queue";

type FunctionRoute = Extract<Route, { to: "function" }>;

/** Milliseconds before the next try of an invocation that Lambda throttled: such a one has not run. */
const throttlePauses = [500, 1000, 2000, 4000];
const longestMessage = 300;

/** The letter counts as done only when the function's answer says so. */
export async function giveToFunction(
  letter: DeadLetter,
  route: FunctionRoute,
  { lambda }: Pick<Clients, "lambda">,
): Promise<Delivery> {
  let event: InvocationEvent;
  try {
    event = invocationEvent(letter, route);
  } catch (error) {
    return { letter, done: false, why: error instanceof Error ? error.message : String(error) };
  }
  const answer = await invoke(lambda, route.functionName, event.payload);
  const text = Buffer.from(answer.Payload ?? []).toString();
  if (answer.FunctionError !== undefined) return { letter, done: false, why: errorOf(text) };
  const lines = Buffer.from(answer.LogResult ?? "", "base64").toString();
  if (event.partial && hasFailed(text)) {
    const why = failureIn(lines) ?? "the function reported the record as failed; its log says why";
    return { letter, done: false, why };
  }
  const outcome = outcomeIn(lines, event.recordId);
  return { letter, done: true, recordId: event.recordId, ...(outcome !== undefined && { outcome }) };
}

async function invoke(lambda: Clients["lambda"], functionName: string, payload: string): Promise<InvocationResponse> {
  const input = { FunctionName: functionName, Payload: Buffer.from(payload), LogType: "Tail" as const };
  for (const pause of throttlePauses) {
    try {
      return await lambda.send(new InvokeCommand(input));
    } catch (error) {
      if ((error as Error).name !== "TooManyRequestsException") throw error;
      await sleep(pause);
    }
  }
  return lambda.send(new InvokeCommand(input));
}

/** What a function throws arrives as JSON. */
function errorOf(text: string): string {
  try {
    const { errorType = "Error", errorMessage = "" } = JSON.parse(text) as Readonly<Record<string, string>>;
    return `${errorType}: ${errorMessage}`.slice(0, longestMessage);
  } catch {
    return text.slice(0, longestMessage);
  }
}

function hasFailed(text: string): boolean {
  const { batchItemFailures } = (JSON.parse(text || "null") ?? {}) as { readonly batchItemFailures?: unknown };
  return Array.isArray(batchItemFailures) && batchItemFailures.length > 0;
}

/** The end of the invocation's log, up to 4 KB, has one JSON object a line; its first line may be cut. */
function* objectsIn(lines: string): Generator<Readonly<Record<string, unknown>>> {
  for (const line of lines.split("\n")) {
    if (!line.startsWith("{")) continue;
    try {
      yield JSON.parse(line);
    } catch {}
  }
}

function outcomeIn(lines: string, recordId: string): Outcome | undefined {
  for (const line of objectsIn(lines)) {
    if (line.message !== "redriven" || line.recordId !== recordId) continue;
    if (line.outcome === "succeeded" || line.outcome === "deadLettered") return line.outcome;
  }
  return undefined;
}

function failureIn(lines: string): string | undefined {
  for (const { failures } of objectsIn(lines)) {
    const [first] = Array.isArray(failures) ? failures : [];
    if (typeof first?.errorType === "string") return `${first.errorType}: ${first.errorMessage ?? ""}`;
  }
  return undefined;
}
