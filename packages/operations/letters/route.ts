// Where a dead letter goes back to: its queue, its consumer's function, or the target of its schedule or rule.

import { isUtf8 } from "node:buffer";
import { spillway } from "../called";
import type { Consumer, Stack } from "../stack/stack";
import type { DeadLetter } from "./letter";

/** The event that the function of a route takes: records of a stream or of a topic, or any other. */
export type InvocationShape = "stream" | "topic" | "other";

export type Route =
  | {
      readonly to: "queue";
      readonly queueUrl: string;
      readonly queueArn: string;
      readonly fifo: boolean;
      /** The consumer of that queue. */
      readonly consumer: Consumer;
    }
  | {
      readonly to: "function";
      readonly functionName: string;
      readonly shape: InvocationShape;
      readonly consumer: Consumer;
    }
  /** `why`: a sentence that ends with the way out. */
  | { readonly to: "nowhere"; readonly why: string };

/** Where the letter goes back to, or, with `to`, to which other consumer it goes. */
export function routeOf(letter: DeadLetter, stack: Pick<Stack, "consumers" | "flags">, to?: Consumer): Route {
  if (to !== undefined) return routeToOther(letter, to);
  if (letter.kind === "description") return routeOfDescription(letter, stack.flags);
  const { consumer } = letter;
  switch (consumer.kind) {
    case "queue":
      return routeToSource(letter, stack);
    case "stream":
      return letter.reason?.encoding === "base64" ? routeToFunction(consumer, "stream") : unknownKind(letter);
    case "table":
      return letter.reason?.encoding === "json" ? routeToFunction(consumer, "stream") : unknownKind(letter);
    case "topic-consumer":
      return routeToFunction(consumer, "topic");
    case "topic":
      return nowhere("SNS does not say which subscription could not be delivered. Name a consumer of it with --to.");
    case "schedule":
    case "rule":
      return routeToTarget(letter, stack);
    default:
      return nowhere(`Nothing is known of a source of kind "${consumer.kind}". Name a queue's consumer with --to.`);
  }
}

/** The command that sends letters of a consumer back. Nobody but its user knows who gets those of a topic. */
export const redriveLine = ({ name, kind }: Pick<Consumer, "name" | "kind">, flags: string): string =>
  `${spillway} dlq redrive ${name}${flags}${kind === "topic" ? " --to CONSUMER" : ""}`;

/** What the route is called in messages, as `queue orders-1a2b3c`. */
export function nameOfRoute(route: Exclude<Route, { to: "nowhere" }>): string {
  return route.to === "queue"
    ? `queue ${route.queueArn.split(":").at(-1)}`
    : `function ${route.functionName.split(":").at(-1)}`;
}

const nowhere = (why: string): Route => ({ to: "nowhere", why });

const unknownKind = ({ consumer }: DeadLetter): Route =>
  nowhere(`It has no reason of the ${consumer.kind} consumer "${consumer.name}", so its record is not known.`);

function routeToFunction(consumer: Consumer, shape: InvocationShape): Route {
  const { functionName, name } = consumer;
  return functionName === undefined
    ? nowhere(`The output of "${name}" names no function. Deploy the program with this version of spillway first.`)
    : { to: "function", functionName, shape, consumer };
}

/** The dead-letter queue's URL with another name in it: both are in one account and region. */
export function queueUrlOf(queueArn: string, deadLetterQueueUrl: string): string {
  const [accountId, name] = queueArn.split(":").slice(4);
  return new URL(`/${accountId}/${name}`, deadLetterQueueUrl).toString();
}

/** A message of a FIFO queue has a group. */
const groupless = (letter: DeadLetter, to: Consumer) =>
  to.sourceArn.endsWith(".fifo") && letter.message.Attributes?.MessageGroupId === undefined;

function routeToQueue(consumer: Consumer): Route {
  const { sourceArn: queueArn, url } = consumer;
  const [, , service, , accountId, name] = queueArn.split(":");
  if (service !== "sqs" || accountId === undefined || name === undefined) {
    return nowhere(`${queueArn} is no queue. Name a queue's consumer with --to.`);
  }
  const queueUrl = queueUrlOf(queueArn, url);
  return { to: "queue", queueUrl, queueArn, fifo: name.endsWith(".fifo"), consumer };
}

/**
 * A dead-letter queue may serve several queues. What a letter says of its source is followed only to queues of the
 * stack, because anybody who may send to the dead-letter queue may have written it.
 */
function routeToSource({ consumer, message, reason }: DeadLetter, { consumers }: Pick<Stack, "consumers">): Route {
  const said = message.Attributes?.DeadLetterQueueSourceArn ?? reason?.sourceArn;
  if (said === undefined || said === consumer.sourceArn) {
    return routeToQueue(consumer);
  }
  const other = consumers.find(({ kind, sourceArn }) => kind === "queue" && sourceArn === said);
  return other === undefined
    ? nowhere(`It came from ${said}, which is no queue of this stack. Name the consumer that gets it with --to.`)
    : routeToQueue(other);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function routeOfDescription({ consumer, description = {} }: DeadLetter, flags: string): Route {
  if (description.KinesisBatchInfo !== undefined || description.DDBStreamBatchInfo !== undefined) {
    return nowhere(
      `It describes a batch and holds no record. Read the records again with: ${spillway} dlq replay ${consumer.name}${flags}`,
    );
  }
  if (description.requestPayload === undefined) return nowhere("It is Lambda's record of an event, without the event.");
  const records = (description.requestPayload as { readonly Records?: unknown } | null)?.Records;
  return routeToFunction(consumer, consumer.kind === "topic-consumer" && Array.isArray(records) ? "topic" : "other");
}

/**
 * Scheduler and EventBridge say in attributes which target they could not reach.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
 */
function routeToTarget({ message }: DeadLetter, { consumers }: Pick<Stack, "consumers">): Route {
  const value = (name: string) => message.MessageAttributes?.[name]?.StringValue;
  const target = value("TARGET_ARN");
  if (target === undefined) return nowhere("It has no attribute TARGET_ARN. Name a queue's consumer with --to.");
  if (value("IS_PAYLOAD_TRUNCATED") === "true") return nowhere("The event was too long, and its end was cut off.");
  const known = consumers.find(({ kind, sourceArn }) => kind === "queue" && sourceArn === target);
  if (known === undefined) {
    return nowhere(`Its target ${target} is no queue of this stack. Name the consumer that gets it with --to.`);
  }
  return routeToQueue(known);
}

function routeToOther(letter: DeadLetter, to: Consumer): Route {
  const { kind, consumer } = letter;
  if (to.kind !== "queue" && to.kind !== "topic-consumer") {
    return nowhere(`"${to.name}" is a ${to.kind}; --to takes the consumer of a queue or of a topic.`);
  }
  if (kind === "description") return nowhere("Lambda's record of an event can go to its own function only.");
  if (consumer.kind === "table") return nowhere("A change of a table can go to its own function only.");
  if (letter.reason?.encoding === "base64" && !isUtf8(Buffer.from(letter.message.Body ?? "", "base64"))) {
    return nowhere("The record's data is not text, so no queue takes it.");
  }
  if (groupless(letter, to)) {
    return nowhere(`"${to.name}" consumes a FIFO queue, and the dead letter has no message group.`);
  }
  if (to.kind === "queue") return routeToQueue(to);
  return consumer.kind.startsWith("topic")
    ? routeToFunction(to, "topic")
    : nowhere(`"${to.name}" consumes a topic, and takes what was published only. Name a queue's consumer with --to.`);
}
