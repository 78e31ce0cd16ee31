// Publishing an event on a topic, into a stream or to an event bus that a binding names.
import { createHash } from "node:crypto";
import { AwsError, callAws, isTransientCode } from "../aws/aws";
import { endpointOf } from "../aws/endpoints";
import { publishMessage } from "../aws/sns-client";
import { isFilterableText, messageJson } from "../batch/message-text";
import type { BusTarget, PublishTarget, StreamTarget } from "./callback";
import { cloudEventOf, type EventOptions } from "./cloud-event";
import { PermanentError } from "./errors";

/** How an event is published on a topic. */
export interface PublishOptions extends EventOptions {
  /**
   * The group within which order is kept; a FIFO topic needs it.
   * @default none: for a standard topic
   */
  readonly messageGroupId?: string;
  /**
   * For FIFO topics: the same id within five minutes is one message.
   * @default the event's id
   */
  readonly messageDeduplicationId?: string;
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const deduplicationId = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/**
 * Publishes an event as a CloudEvent; its `type` is also the message attribute `type`, by which subscriptions filter,
 * and its correlation id the attribute `correlationId`, where SNS takes it as one. Up to ten events that are published
 * at the same time share a request, unless the topic is FIFO. Answers the message's id. Rejects with a PermanentError
 * for an event that is not JSON, whose type no filter can read, or that has no group on a FIFO topic; and with what SNS
 * answers after three tries: above 256 KiB, InvalidParameter.
 * @param target - The topic, of a binding `publishTo`.
 * @param event - The event with its type.
 * @param options - What the envelope says, and the group on a FIFO topic. Default: a new id, no group.
 */
export async function publish<E extends { readonly type: string }>(
  target: PublishTarget<E>,
  event: NoInfer<E>,
  options: PublishOptions = {},
): Promise<string> {
  const envelope = cloudEventOf(event, event.type, options);
  const { messageGroupId, messageDeduplicationId = deduplicationIdOf(envelope.id) } = options;
  const fifo = target.endsWith(".fifo");
  if (fifo && messageGroupId === undefined) {
    throw new PermanentError(
      `${target} is a FIFO topic; say which group the event belongs to with { messageGroupId }.`,
    );
  }
  if (!isFilterableText(event.type)) {
    throw new PermanentError(
      `The event's type is ${JSON.stringify(event.type)}. SNS delivers it to no subscription with a filter; use letters, digits, dots and hyphens.`,
    );
  }
  const correlationId = envelope.correlationid;
  return publishMessage(target, {
    text: messageJson(envelope),
    attributes: { type: event.type, ...(isFilterableText(correlationId) && { correlationId }) },
    ...(messageGroupId !== undefined && { groupId: messageGroupId }),
    ...(fifo && { deduplicationId: messageDeduplicationId }),
  });
}

/** An event's id may be any text; SNS takes 128 printable characters. */
function deduplicationIdOf(id: string): string {
  return deduplicationId.test(id) ? id : createHash("sha256").update(id).digest("hex");
}

/** How an event is put into a stream. */
export interface PutOptions extends EventOptions {
  /** Records of one key keep their order, 1 to 256 characters. */
  readonly partitionKey: string;
  /**
   * Whether the event goes in as it is, without an envelope.
   * @default false
   */
  readonly bare?: boolean;
}

/**
 * Puts an event into a stream, as a CloudEvent unless `bare`. Answers its sequence number. Rejects with a
 * PermanentError for an event that is not JSON, and with what Kinesis answers after three tries.
 * @param target - The stream, of a binding `putTo`.
 * @param event - The event.
 * @param options - The partition key, and what the envelope says, or that there is none.
 */
export async function put<E>(target: StreamTarget<E>, event: NoInfer<E>, options: PutOptions): Promise<string> {
  const { partitionKey, bare = false } = options;
  const body = bare ? event : cloudEventOf(event, typeOf(event), options);
  const { SequenceNumber } = await callAws<{ SequenceNumber: string }>({
    target: "Kinesis_20131202",
    contentType: "application/x-amz-json-1.1",
    action: "PutRecord",
    endpoint: endpointOf(target),
    input: {
      StreamARN: target,
      PartitionKey: partitionKey,
      Data: Buffer.from(messageJson(body)).toString("base64"),
    },
  });
  return SequenceNumber;
}

/**
 * Sends an event to an event bus: `source` and `detail-type` (the event's `type`) are what rules match, and the detail
 * is the CloudEvent. Answers the event's id at EventBridge. Rejects with a PermanentError for an event that is not
 * JSON, and with what EventBridge answers after three tries.
 * @param target - The event bus, of a binding `putEvents`.
 * @param event - The event with its type.
 * @param options - What the envelope says. Default: a new id.
 */
export async function putEvent<E extends { readonly type: string }>(
  target: BusTarget<E>,
  event: NoInfer<E>,
  options: EventOptions = {},
): Promise<string> {
  const envelope = cloudEventOf(event, event.type, options);
  interface Answer {
    readonly Entries: readonly {
      readonly EventId?: string;
      readonly ErrorCode?: string;
      readonly ErrorMessage?: string;
    }[];
  }
  const { Entries } = await callAws<Answer>({
    target: "AWSEvents",
    contentType: "application/x-amz-json-1.1",
    action: "PutEvents",
    endpoint: endpointOf(target),
    input: {
      Entries: [
        {
          EventBusName: target,
          Source: envelope.source.replace(/^\//, ""),
          DetailType: event.type,
          // AWS does not say whether a rule's target gets the detail with these escapes or anew, without them; a queue
          // would refuse that.
          Detail: messageJson(envelope),
        },
      ],
    },
    refusalIn: ({ Entries: [entry] }) => {
      if (entry?.EventId !== undefined) return undefined;
      const { ErrorCode = "InternalFailure", ErrorMessage = "" } = entry ?? {};
      return new AwsError(ErrorCode, ErrorMessage, isTransientCode(ErrorCode) ? 500 : 400);
    },
  });
  return Entries[0]?.EventId ?? "";
}

function typeOf(event: unknown): string {
  const type = typeof event === "object" && event !== null && "type" in event ? event.type : undefined;
  return typeof type === "string" ? type : "event";
}
