// A message as it is kept, its size and checksums, and what a receiver sees of it.
import { hash } from "node:crypto";

/** As in SQS's JSON protocol: binary values are base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export type MessageState = "visible" | "delayed" | "inFlight" | "gone";

export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader: string | undefined;
  readonly senderId: string;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
  /** The queue that gave the message up, where this is its dead-letter queue. */
  readonly sourceArn: string | undefined;
  /** Milliseconds of the run's clock. Retention counts from here. */
  readonly sentAt: number;
  state: MessageState;
  /** When a delayed message or one in flight becomes visible. */
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number | undefined;
  /** Of the latest receive. */
  receivedAt: number | undefined;
  /**
   * The handle of the latest receive. It is kept after the visibility timeout, because the message can still be deleted
   * with it.
   */
  receiptHandle: string | undefined;
}

export const md5 = (value: string) => hash("md5", value);

/** The checksums of the attributes of messages, because every receive answers with that of the send. */
const checksums = new WeakMap<MessageAttributes, string>();

/**
 * The checksum that SDKs verify. It covers name, type and value of each attribute, each with its length, in the order
 * of names.
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const known = checksums.get(attributes);
  if (known !== undefined) return known;
  const parts: Buffer[] = [];
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    parts.push(Buffer.from([attribute.BinaryValue === undefined ? 1 : 2]));
    add(bytesOf(attribute));
  }
  const checksum = hash("md5", Buffer.concat(parts));
  checksums.set(attributes, checksum);
  return checksum;
}

const bytesOf = (attribute: MessageAttribute) =>
  attribute.BinaryValue === undefined
    ? Buffer.from(attribute.StringValue ?? "")
    : Buffer.from(attribute.BinaryValue, "base64");

/** Bytes that count towards the limits: body, and name, type and value of each attribute. */
export function sizeOf(body: string, attributes: MessageAttributes): number {
  let size = Buffer.byteLength(body);
  for (const [name, attribute] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + bytesOf(attribute).length;
  }
  return size;
}

const systemAttributes: Readonly<Record<string, (message: StoredMessage) => string | undefined>> = {
  SenderId: (message) => message.senderId,
  SentTimestamp: (message) => String(message.sentAt),
  ApproximateReceiveCount: (message) => String(message.receiveCount),
  ApproximateFirstReceiveTimestamp: (message) =>
    message.firstReceivedAt === undefined ? undefined : String(message.firstReceivedAt),
  SequenceNumber: (message) => message.sequenceNumber,
  MessageDeduplicationId: (message) => message.deduplicationId,
  MessageGroupId: (message) => message.groupId,
  AWSTraceHeader: (message) => message.traceHeader,
  DeadLetterQueueSourceArn: (message) => message.sourceArn,
};

/** What ReceiveMessage answers: no attribute that was not asked for, and the checksum over those that were. */
export function received(message: StoredMessage, systemNames: readonly string[], names: readonly string[]) {
  const system: Record<string, string> = {};
  const wanted = systemNames.includes("All") ? Object.keys(systemAttributes) : systemNames;
  for (const name of wanted) {
    const value = systemAttributes[name]?.(message);
    if (value !== undefined) system[name] = value;
  }
  const attributes = selected(message.attributes, names);
  const md5OfMessageAttributes = md5OfAttributes(attributes);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5OfBody,
    Body: message.body,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(md5OfMessageAttributes !== undefined && {
      MD5OfMessageAttributes: md5OfMessageAttributes,
      MessageAttributes: attributes,
    }),
  };
}

/** `All` and `.*` stand for all names, `foo.*` for those that begin with `foo`. */
function selected(attributes: MessageAttributes, names: readonly string[]): MessageAttributes {
  if (names.length === 0) return {};
  if (names.includes("All") || names.includes(".*")) return attributes;
  const prefixes = names.filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -2));
  const wanted = (name: string) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted(name)));
}
