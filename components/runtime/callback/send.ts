// Sending an event to a queue that a binding names.

import { largestMessage, type MessageAttribute, sendMessage, sizeOf } from "../aws/sqs-client";
import { isMessageText, messageJson } from "../batch/message-text";
import type { SendTarget } from "./callback";
import { PermanentError } from "./errors";

/** How an event is sent to a queue. */
export interface SendOptions {
  /**
   * The group within which messages are handled in order; a FIFO queue needs it.
   * @default none: for a standard queue
   */
  readonly messageGroupId?: string;
  /**
   * For FIFO queues: the same id within five minutes is one message.
   * @default none: the queue derives it from the content
   */
  readonly messageDeduplicationId?: string;
  /**
   * Seconds until the message can be received, 0 to 900; for standard queues only. They take the place of the queue's
   * delay, and are part of its `messageRetention`, into which all attempts must fit.
   * @default the queue's own delay
   */
  readonly delaySeconds?: number;
  /**
   * Message attributes of type String, at most ten.
   * @default none
   */
  readonly attributes?: Readonly<Record<string, string>>;
  /**
   * The id of the flow: `context.correlationId`. It travels as the message attribute `correlationId`. One that SQS does
   * not take as an attribute (empty, or with control characters) is left out.
   * @default none
   */
  readonly correlationId?: string;
}

/**
 * Sends an event, as JSON; the compiler refuses what the other side's schema would refuse. Answers the message's id.
 * Rejects with a PermanentError for what SQS would never take: a value that is not JSON, more than 1 MiB, an attribute
 * without text or with control characters, a FIFO queue without a message group. Rejects with what SQS answers after
 * three tries.
 * @param target - The queue, of a binding `sendTo`.
 * @param event - The event.
 * @param options - The group on a FIFO queue, a delay, attributes, and the id of the flow. Default: none.
 */
export async function send<E>(target: SendTarget<E>, event: NoInfer<E>, options: SendOptions = {}): Promise<string> {
  const { messageGroupId, messageDeduplicationId, delaySeconds } = options;
  if (target.endsWith(".fifo") && messageGroupId === undefined) {
    throw new PermanentError(
      `${target} is a FIFO queue; say which group the event belongs to with { messageGroupId }.`,
    );
  }
  const body = messageJson(event);
  const attributes = attributesOf(options);
  const size = sizeOf(body, attributes);
  if (size > largestMessage) {
    throw new PermanentError(
      `The event has ${size} bytes; SQS takes ${largestMessage}. Store what is large elsewhere and send its address.`,
    );
  }
  return sendMessage(target, {
    MessageBody: body,
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
    ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
    ...(messageDeduplicationId !== undefined && { MessageDeduplicationId: messageDeduplicationId }),
    ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
  });
}

function attributesOf({ attributes = {}, correlationId }: SendOptions): Record<string, MessageAttribute> {
  const result: Record<string, MessageAttribute> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (!isMessageText(value)) {
      throw new PermanentError(
        `The attribute ${name} is ${JSON.stringify(value)}. SQS accepts no empty string and no control characters there; put it into the event.`,
      );
    }
    result[name] = { DataType: "String", StringValue: value };
  }
  if (correlationId !== undefined && isMessageText(correlationId)) {
    result.correlationId = { DataType: "String", StringValue: correlationId };
  }
  return result;
}
