// Sending an event to a queue that a binding names.
import type { SendTarget } from "./callback";
import { type MessageAttribute, sendMessage } from "./sqs-client";

export interface SendOptions {
  /** FIFO queues need it: messages of one group are handled in order. */
  readonly messageGroupId?: string;
  /** FIFO queues need it unless they derive it from the content: the same id within five minutes is one message. */
  readonly messageDeduplicationId?: string;
  /** Seconds until it can be received, 0 to 900; standard queues only. */
  readonly delaySeconds?: number;
  /** Message attributes of type String, at most ten. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The id of the flow: `context.correlationId`. It travels as the message attribute `correlationId`. */
  readonly correlationId?: string;
}

const largestMessage = 1_048_576;

/**
 * Sends an event, as JSON; the compiler refuses what the other side's schema would refuse. Answers the message's id. Rejects with
 * a RangeError above 1 MiB, with a TypeError for a FIFO queue without a message group, and with what SQS answers after three
 * tries.
 */
export async function send<E>(target: SendTarget<E>, event: NoInfer<E>, options: SendOptions = {}): Promise<string> {
  const { messageGroupId, messageDeduplicationId, delaySeconds, correlationId } = options;
  const attributes = { ...options.attributes, ...(correlationId !== undefined && { correlationId }) };
  const body = JSON.stringify(event);
  const size = Buffer.byteLength(body);
  if (size > largestMessage) {
    throw new RangeError(
      `The event has ${size} bytes; SQS takes ${largestMessage}. Store what is large elsewhere and send its address.`,
    );
  }
  if (target.endsWith(".fifo") && messageGroupId === undefined) {
    throw new TypeError(`${target} is a FIFO queue; say which group the event belongs to with { messageGroupId }.`);
  }
  const messageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, value]): [string, MessageAttribute] => [
      name,
      { DataType: "String", StringValue: value },
    ]),
  );
  return sendMessage(target, {
    MessageBody: body,
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: messageAttributes }),
    ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
    ...(messageDeduplicationId !== undefined && { MessageDeduplicationId: messageDeduplicationId }),
    ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
  });
}
