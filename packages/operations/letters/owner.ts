// Whose a dead letter is. A dead-letter queue may serve several consumers, also some that this stack does not know.
import type { Message } from "@aws-sdk/client-sqs";
import type { Consumer } from "../stack/stack";
import type { Reason } from "./letter";

export interface Owner {
  /** The consumer that the letter names, or the one whose queue is read where it names none of the stack. */
  readonly consumer: Consumer;
  /** The sources and functions that it names instead. None: it names nobody. */
  readonly unclaimed?: readonly string[];
}

/** The consumers of one dead-letter queue. */
export type Sharers = readonly [Consumer, ...Consumer[]];

/** Of `consumers`, those that have this dead-letter queue, the given one first. */
export function sharersOf(consumer: Consumer, consumers: readonly Consumer[]): Sharers {
  const others = consumers.filter((each) => each.name !== consumer.name && isSameQueue(each.url, consumer.url));
  return [consumer, ...others];
}

/** A queue may be written with more than one host; its account and name are the same. */
export function isSameQueue(one: string, other: string): boolean {
  if (one === other) return true;
  if (!URL.canParse(one) || !URL.canParse(other)) return false;
  const [a, b] = [new URL(one), new URL(other)];
  return a.pathname === b.pathname && regionIn(a) === regionIn(b);
}

/** https://docs.aws.amazon.com/general/latest/gr/sqs-service.html */
const regionIn = ({ hostname, host }: URL) => /[a-z]{2}(?:-[a-z]+)+-\d/.exec(hostname)?.[0] ?? host;

/**
 * The first of `sharers` is the one whose queue is read. Where the component of a consumer has created its dead-letter
 * queue, only that consumer uses it. A queue's consumer may have an existing one, which may also serve consumers that
 * are not known here.
 */
export function ownerOf(message: Message, reason: Reason | undefined, sharers: Sharers): Owner {
  const [consumer, ...others] = sharers;
  const names = namesIn(message, reason);
  const owner = consumerIn(names.length > 0 ? names : givenUpBy(message), sharers);
  if (owner !== undefined) return { consumer: owner };
  const isOnlyOne = others.length === 0 && (consumer.kind !== "queue" || names.length === 0);
  return isOnlyOne ? { consumer } : { consumer, unclaimed: names };
}

const consumerIn = (names: readonly string[], sharers: Sharers) =>
  sharers.find(({ sourceArn }) => names.includes(sourceArn)) ??
  sharers.find(({ functionName }) => functionName !== undefined && names.includes(nameOfFunction(functionName)));

/** The ARN of the source and the name of the function that a letter names, as far as it does. */
export function namesIn({ Attributes = {} }: Message, reason: Reason | undefined): readonly string[] {
  // SQS says it itself, and of the last move: a reason may be from the time before the message was sent back.
  if (Attributes.DeadLetterQueueSourceArn !== undefined) return [Attributes.DeadLetterQueueSourceArn];
  const names = [reason?.sourceArn, reason?.functionName && nameOfFunction(reason.functionName)];
  return names.filter((each): each is string => each !== undefined && each !== "");
}

/** What EventBridge, Scheduler and Lambda say. Of others it may be a part of the event, so it only finds consumers. */
function givenUpBy({ MessageAttributes = {}, Body }: Message): readonly string[] {
  const services = ["RULE_ARN", "SCHEDULE_ARN"].map((name) => MessageAttributes[name]?.StringValue);
  const described = describedFunction(Body);
  const names = [...services, described === undefined ? undefined : nameOfFunction(described)];
  return names.filter((each) => each !== undefined);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function describedFunction(body = ""): string | undefined {
  if (!body.includes('"functionArn"')) return undefined;
  try {
    const { requestContext } = JSON.parse(body) as { readonly requestContext?: { readonly functionArn?: unknown } };
    return typeof requestContext?.functionArn === "string" ? requestContext.functionArn : undefined;
  } catch {
    return undefined;
  }
}

/** Of a name or an ARN, which may end with a version. */
const nameOfFunction = (text: string) => (text.startsWith("arn:") ? (text.split(":")[6] ?? text) : text);
