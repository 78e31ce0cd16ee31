// Invokes a function with an event, and reads what its answer and its log say of each record.
import { setTimeout as wait } from "node:timers/promises";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";

export interface Failed {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stack?: string;
}

/** A record in the consumer's log line of a batch. */
export interface FailedRecord extends Failed {
  readonly id: string;
  readonly outcome: string;
}

/** The consumer's log line of a batch. */
export interface BatchLine {
  readonly requestId: string;
  readonly failures: readonly FailedRecord[];
  readonly deadLettered: number;
}

export interface Answer {
  /** Undefined where the log does not tell it. */
  readonly requestId: string | undefined;
  /** The error of an invocation that failed as a whole. */
  readonly error: Failed | undefined;
  /** The ids in `batchItemFailures`, also those that are in no record of the event. */
  readonly itemIdentifiers: readonly string[];
  /** The line of the batch, where it is within the last 4 KB of the invocation's log. */
  readonly batch: BatchLine | undefined;
}

/** Milliseconds before the next try of an invocation that was throttled, which has not run. */
const throttlePauses = [500, 1000, 2000, 4000, 8000];

/** Waits for the answer. Rejects with what Lambda refuses, and when the signal aborts, if there is one. */
export async function invoke(
  lambda: LambdaClient,
  functionName: string,
  payload: string,
  signal?: AbortSignal,
): Promise<Answer> {
  const input = { FunctionName: functionName, Payload: Buffer.from(payload), LogType: "Tail" as const };
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await lambda.send(new InvokeCommand(input), signal && { abortSignal: signal });
      const text = Buffer.from(answer.Payload ?? []).toString();
      const tail = Buffer.from(answer.LogResult ?? "", "base64").toString();
      return {
        requestId: requestIdIn(tail),
        error: answer.FunctionError === undefined ? undefined : errorIn(text),
        itemIdentifiers: answer.FunctionError === undefined ? identifiersIn(text) : [],
        batch: tail
          .split("\n")
          .map(batchLineOf)
          .findLast((line) => line !== undefined),
      };
    } catch (error) {
      const pause = throttlePauses[attempt];
      if ((error as Error).name !== "TooManyRequestsException" || pause === undefined) throw error;
      await wait(pause, undefined, signal && { signal });
    }
  }
}

/** Undefined for every other line. */
export function batchLineOf(line: string): BatchLine | undefined {
  if (!line.startsWith("{")) return undefined;
  const parsed = objectIn(line);
  const { message, function_request_id: requestId, batch, failures = [] } = parsed ?? {};
  if (message !== "batch" || typeof requestId !== "string" || typeof batch !== "object") return undefined;
  const { deadLettered = 0 } = (batch ?? {}) as { readonly deadLettered?: number };
  return { requestId, failures: failures as readonly FailedRecord[], deadLettered };
}

/** Lambda reports each invocation with its id, in text or in JSON. */
function requestIdIn(tail: string): string | undefined {
  return [...tail.matchAll(/(?:"requestId"\s*:\s*"|RequestId: )([0-9a-f-]{36})/g)].at(-1)?.[1];
}

function identifiersIn(text: string): readonly string[] {
  const { batchItemFailures } = objectIn(text) ?? {};
  if (!Array.isArray(batchItemFailures)) return [];
  return batchItemFailures.map((item: { readonly itemIdentifier?: unknown } | null) => String(item?.itemIdentifier));
}

/** What a function throws, and what Lambda says of one that crashed, arrives as JSON. */
function errorIn(text: string): Failed {
  const { errorType, errorMessage, trace } = objectIn(text) ?? {};
  const frames = Array.isArray(trace) ? trace.filter((line) => /^\s*at /.test(String(line))) : [];
  return {
    errorType: typeof errorType === "string" && errorType !== "" ? errorType : "Error",
    // "RequestId: 6f3a… Error: Runtime exited with error: exit status 1"
    errorMessage: String(errorMessage ?? text).replace(/^RequestId: [0-9a-f-]{36} (Error: )?/, ""),
    ...(frames.length > 0 && { stack: frames.join("\n") }),
  };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
