// The dead letters of a consumer, topic, schedule or rule. They are looked at, and stay where they are.
import type { RunUnderTest } from "@spillway/local";
import { eventOf, letterOf, type Reason, reasonAttribute } from "@spillway/operations/letters";
import { allFor, type Named, oneFor } from "./names";

/** Why a record was given up. */
export interface DeadLetterReason {
  /**
   * Name of the error's class, as `PaymentDeclined`; `InvalidEvent` for what the schema refuses, `MovedBySQS` for what
   * SQS moved by itself after a crash or a timeout.
   */
  readonly errorType: string;
  /** Message of the error. */
  readonly errorMessage: string;
  /** Number of attempts. Undefined for records of streams and topics, which are not counted. */
  readonly attempts?: number;
  /** Stack of the error, in places of the sources. Undefined if the error had none. */
  readonly stack?: string;
  /** The id of the flow that the record belongs to. Undefined if SQS, SNS or Lambda moved the record. */
  readonly correlationId?: string;
}

/** A message in a dead-letter queue. */
export interface DeadLetter {
  /** The message's id. */
  readonly id: string;
  /** What the message carries: parsed, if it is JSON; otherwise the text. */
  readonly body: unknown;
  /** What the callback was to get: the event without envelopes. Undefined if Lambda's description does not have it. */
  readonly event: unknown;
  /** Why it is there. */
  readonly reason: DeadLetterReason;
  /** Values of its message attributes, without the reason. Binary ones are base64. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A dead letter with what else is known of it. */
export interface FoundLetter extends DeadLetter {
  /** The component's name. */
  readonly of: string;
  /** Ids by which the log knows the record. */
  readonly ids: readonly string[];
  /** The invocation that gave it up. */
  readonly requestId: string | undefined;
  readonly functionName: string | undefined;
}

/** The kinds of sources in the words of @spillway/operations, by the types of their components. */
const sources: Readonly<Record<string, string>> = {
  QueueConsumer: "queue",
  StreamConsumer: "stream",
  TableConsumer: "table",
  TopicConsumer: "topic-consumer",
  Topic: "topic",
  Schedule: "schedule",
  EventBusRule: "rule",
};

const withDeadLetters = {
  method: "deadLetters",
  what: "component with dead letters",
  types: {
    ...Object.fromEntries(Object.keys(sources).map((kind) => [`spillway:index:${kind}`, "deadLetterQueueUrl"])),
    "spillway:index:DeadLetterQueue": "url",
  },
  instead: {
    Table: "Dead letters are those of its TableConsumer.",
    HttpIngress: "Dead letters are those of the consumers behind it.",
  },
};

/** Throws an Error for the user if no component with dead letters has the name. */
export function deadLettersOf(run: RunUnderTest, name: string): readonly FoundLetter[] {
  oneFor(run.graph, name, withDeadLetters);
  return allDeadLetters(run).filter((letter) => letter.of === name);
}

export function allDeadLetters(run: RunUnderTest): readonly FoundLetter[] {
  const components = allFor(run.graph, withDeadLetters);
  const consumers = components.filter(({ kind }) => kind in sources).map(consumerOf);
  return components.flatMap((component) => lettersIn(run, component, consumers));
}

type Consumer = Parameters<typeof letterOf>[1];

/** Another component may have the name, but not another of its kind. */
function consumerOf({ name, kind, address: url, outputs }: Named): Consumer {
  const { sourceArn, functionName } = (outputs.deadLetters ?? {}) as Partial<Consumer>;
  const consumer = { name: `${kind} ${name}`, kind: sources[kind] ?? "queue", url, sourceArn: sourceArn ?? "" };
  return { ...consumer, ...(functionName !== undefined && { functionName }) };
}

/** Of a queue that several consumers share, those of the component; of a DeadLetterQueue, all. */
function lettersIn(run: RunUnderTest, component: Named, consumers: readonly Consumer[]): readonly FoundLetter[] {
  const { name, kind, address: url, outputs } = component;
  const functionName = typeof outputs.functionName === "string" ? outputs.functionName : undefined;
  const consumer = consumerOf(component);
  // When they expire does not matter here.
  const letters = run.peek(url).map((message) => letterOf(message, consumer, 0, kind in sources ? consumers : []));
  const own = letters.filter((letter) => letter.consumer.name === consumer.name);
  return own.map((letter): FoundLetter => {
    const { reason, errorType, errorMessage, id } = letter;
    const { Body = "", MessageAttributes = {} } = letter.message;
    const { [reasonAttribute]: _reason, ...others } = MessageAttributes;
    return {
      id,
      of: name,
      body: parsed(Body),
      event: eventOf(letter),
      reason: { errorType, errorMessage, ...shared(reason) },
      // A record with ten attributes has no room for the reason, which then holds them.
      attributes: Object.fromEntries(
        Object.entries({ ...reason?.attributes, ...others }).map(([key, { StringValue, BinaryValue }]) => [
          key,
          StringValue ?? (BinaryValue === undefined ? "" : String(BinaryValue)),
        ]),
      ),
      ids: [id, reason?.messageId, reason?.correlationId, idInStream(reason)].filter((each) => each !== undefined),
      requestId: reason?.requestId,
      functionName,
    };
  });
}

function shared(reason: Reason | undefined): Omit<DeadLetterReason, "errorType" | "errorMessage"> {
  const { attempts, stack, correlationId } = reason ?? {};
  return {
    ...(attempts !== undefined && { attempts }),
    ...(stack !== undefined && { stack }),
    ...(correlationId !== undefined && { correlationId }),
  };
}

/** As Lambda names a record of a Kinesis stream. */
const idInStream = (reason: Reason | undefined) =>
  reason?.shardId === undefined ? undefined : `${reason.shardId}:${reason.sequenceNumber}`;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
