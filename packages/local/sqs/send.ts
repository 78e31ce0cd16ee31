// What SendMessage and each entry of SendMessageBatch check and put into the queue.
import { createHash, randomUUID } from "node:crypto";
import type { Message } from "../service/ask";
import { isMessage } from "../service/input";
import { maximumMessageSize } from "./attributes";
import { invalidMessageContents, invalidParameter, invalidValue, missingParameter, serialization } from "./errors";
import { FifoQueue } from "./fifo-queue";
import { map, optionalInteger, optionalText } from "./input";
import { type MessageAttribute, type MessageAttributes, md5, md5OfAttributes, sizeOf } from "./message";
import type { Queue } from "./queue";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const allowedText = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;
export const idPattern = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;
const attributeNamePattern = /^(?!(?:aws|amazon)\.)(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/i;
const maximumAttributes = 10;

/** A checked message, which `put` puts into the queue. */
export interface Send {
  readonly size: number;
  put(senderId: string): Message;
}

export function checkSend(queue: Queue, input: Message): Send {
  const body = optionalText(input, "MessageBody");
  if (!body) throw missingParameter("MessageBody");
  if (!allowedText.test(body)) throw invalidMessageContents();
  const attributes = readAttributes(input, "MessageAttributes");
  const system = readAttributes(input, "MessageSystemAttributes");
  for (const [name, attribute] of Object.entries(system)) {
    if (name !== "AWSTraceHeader" || attribute.DataType !== "String") {
      throw invalidParameter(`Message system attribute name '${name}' is invalid.`);
    }
  }
  const size = sizeOf(body, attributes);
  const limit = Number(queue.attributes.MaximumMessageSize ?? maximumMessageSize);
  if (size > limit) {
    throw invalidParameter(`One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`);
  }
  const delaySeconds = optionalInteger(input, "DelaySeconds", {
    min: 0,
    max: 900,
    rule: "DelaySeconds must be >= 0 and <= 900.",
  });
  const groupId = optionalText(input, "MessageGroupId");
  if (groupId !== undefined && !idPattern.test(groupId)) {
    throw invalidValue(groupId, "MessageGroupId", idRule("MessageGroupId"));
  }
  const deduplicationId = deduplicationIdOf(queue, input, body);
  if (queue instanceof FifoQueue) {
    // A delay of its own would break the order of the group.
    if (delaySeconds) {
      const rule = "The request include parameter that is not valid for this queue type.";
      throw invalidValue(delaySeconds, "DelaySeconds", rule);
    }
    if (groupId === undefined) throw missingParameter("MessageGroupId");
  }

  const answer = {
    MD5OfMessageBody: md5(body),
    ...(Object.keys(attributes).length > 0 && { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
    ...(Object.keys(system).length > 0 && { MD5OfMessageSystemAttributes: md5OfAttributes(system) }),
  };
  return {
    size,
    put: (senderId) => {
      const message = {
        id: randomUUID(),
        body,
        md5OfBody: answer.MD5OfMessageBody,
        attributes,
        traceHeader: system.AWSTraceHeader?.StringValue,
        senderId,
        groupId,
        deduplicationId,
        sourceArn: undefined,
        sentAt: queue.now,
      };
      const delay = delaySeconds ?? Number(queue.attributes.DelaySeconds);
      if (!(queue instanceof FifoQueue) || groupId === undefined || deduplicationId === undefined) {
        queue.add(message, delay);
        return { MessageId: message.id, ...answer };
      }
      const duplicate = queue.duplicateOf(groupId, deduplicationId);
      if (duplicate !== undefined) {
        return { MessageId: duplicate.messageId, ...answer, SequenceNumber: duplicate.sequenceNumber };
      }
      const sequenceNumber = queue.nextSequenceNumber();
      queue.remember(groupId, deduplicationId, message.id, sequenceNumber);
      queue.add({ ...message, sequenceNumber }, delay);
      return { MessageId: message.id, ...answer, SequenceNumber: sequenceNumber };
    },
  };
}

/** In a batch for a FIFO queue an entry without these refuses the whole request. */
export function checkGroup(queue: Queue, input: Message): void {
  if (!queue.fifo) return;
  if (!input.MessageGroupId) throw invalidParameter("The request must contain the parameter MessageGroupId.");
  if (!input.MessageDeduplicationId && queue.attributes.ContentBasedDeduplication !== "true") {
    throw deduplicationIdMissing();
  }
}

/** The bytes that an entry adds to its batch. An error in the entry is reported elsewhere. */
export function sizeOfSend(input: Message): number {
  const body = typeof input.MessageBody === "string" ? input.MessageBody : "";
  try {
    return sizeOf(body, readAttributes(input, "MessageAttributes"));
  } catch {
    return Buffer.byteLength(body);
  }
}

const deduplicationIdMissing = () =>
  invalidParameter(
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
  );

export const idRule = (name: string) =>
  `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;

function deduplicationIdOf(queue: Queue, input: Message, body: string): string | undefined {
  const given = optionalText(input, "MessageDeduplicationId");
  if (given !== undefined) {
    if (!queue.fifo) {
      const rule = "The request include parameter that is not valid for this queue type.";
      throw invalidValue(given, "MessageDeduplicationId", rule);
    }
    if (!idPattern.test(given)) throw invalidValue(given, "MessageDeduplicationId", idRule("MessageDeduplicationId"));
    return given;
  }
  if (!queue.fifo) return undefined;
  if (queue.attributes.ContentBasedDeduplication === "true") return createHash("sha256").update(body).digest("hex");
  throw deduplicationIdMissing();
}

function readAttributes(input: Message, member: string): MessageAttributes {
  const entries = Object.entries(map(input, member));
  if (entries.length > maximumAttributes) {
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${maximumAttributes}].`,
    );
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, readAttribute(name, value)]));
}

function readAttribute(name: string, value: unknown): MessageAttribute {
  if (!attributeNamePattern.test(name)) throw invalidParameter(`Message (user) attribute name '${name}' is invalid.`);
  if (!isMessage(value)) throw serialization(`MessageAttributes.${name}`, "a structure");
  const dataType = optionalText(value, "DataType");
  if (!dataType)
    throw invalidParameter(`The message attribute '${name}' must contain a non-empty message attribute type.`);
  const [type] = dataType.split(".");
  if (dataType.length > 256 || (type !== "String" && type !== "Number" && type !== "Binary")) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const given = optionalText(value, type === "Binary" ? "BinaryValue" : "StringValue");
  if (!given) {
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
  if (type === "Binary") return { DataType: dataType, BinaryValue: given };
  if (!allowedText.test(given)) throw invalidMessageContents();
  if (type === "Number" && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(given)) {
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return { DataType: dataType, StringValue: given };
}
