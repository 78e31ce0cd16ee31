// The dead letters of a consumer, topic, schedule or rule, without consuming them.
import type { LocalRun } from "@spillway/local";
import { componentOf } from "./names";

/** Why a record was given up, as the consumer has written it. */
export interface DeadLetterReason {
  /** Name of the error's class. */
  readonly errorType: string;
  /** Message of the error. */
  readonly errorMessage: string;
  /** Number of attempts; undefined for records of streams. */
  readonly attempts?: number;
  /** The id of the flow that the record belongs to. */
  readonly correlationId?: string;
  /** Stack of the error. */
  readonly stack?: string;
  /** What else the consumer knows, as `functionName`, `sourceArn`, `failedAt`. */
  readonly [member: string]: unknown;
}

/** A message in a dead-letter queue. */
export interface DeadLetter {
  /** The message's id. */
  readonly id: string;
  /** Parsed, if it is JSON; otherwise the text. */
  readonly body: unknown;
  /** Undefined if SQS, SNS or Lambda moved it by itself, without a reason. */
  readonly reason: DeadLetterReason | undefined;
  /** Values of the message attributes, without the reason. */
  readonly attributes: Readonly<Record<string, string>>;
}

interface Received {
  readonly MessageId: string;
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly MessageAttributes?: Readonly<
    Record<string, { readonly StringValue?: string; readonly BinaryValue?: string }>
  >;
}

export async function deadLettersOf(run: LocalRun, name: string): Promise<readonly DeadLetter[]> {
  const { outputs } = componentOf(run.graph, name, {
    method: "deadLetters",
    what: "component with dead letters",
    output: "deadLetterQueueUrl",
  });
  const QueueUrl = outputs.deadLetterQueueUrl;
  const found: Received[] = [];
  for (;;) {
    const { Messages = [] } = await run.ask("sqs", "ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 0,
      VisibilityTimeout: 43_200,
      MessageAttributeNames: ["All"],
    });
    found.push(...(Messages as readonly Received[]));
    if ((Messages as readonly Received[]).length === 0) break;
  }
  for (const { ReceiptHandle } of found) {
    await run.ask("sqs", "ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
  }
  return found.map(letterOf);
}

function letterOf({ MessageId: id, Body, MessageAttributes = {} }: Received): DeadLetter {
  const { DeadLetterReason: reason, ...others } = MessageAttributes;
  return {
    id,
    body: parsed(Body),
    reason: reason?.StringValue === undefined ? undefined : (parsed(reason.StringValue) as DeadLetterReason),
    attributes: Object.fromEntries(
      Object.entries(others).map(([name, { StringValue, BinaryValue }]) => [name, StringValue ?? BinaryValue ?? ""]),
    ),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
