// Publishing an event on a topic, into a stream or to an event bus that a binding names.
import { AwsError, callAws, endpointOf, queryAws } from "./aws";
import type { BusTarget, PublishTarget, StreamTarget } from "./callback";
import { cloudEventOf, type EventOptions } from "./cloud-event";

export interface PublishOptions extends EventOptions {
  /** Needed for a FIFO topic: the group within which order is kept. */
  readonly messageGroupId?: string;
  /** FIFO topics: default the event's id. */
  readonly messageDeduplicationId?: string;
}

/**
 * Publishes an event as a CloudEvent; its `type` is also the message attribute `type`, by which subscriptions filter. Answers
 * the message's id. Rejects with what SNS answers after three tries: above 256 KiB, InvalidParameter.
 */
export async function publish<E extends { readonly type: string }>(
  target: PublishTarget<E>,
  event: NoInfer<E>,
  options: PublishOptions = {},
): Promise<string> {
  const envelope = cloudEventOf(event, event.type, options);
  const { messageGroupId, messageDeduplicationId = envelope.id } = options;
  const fifo = target.endsWith(".fifo");
  if (fifo && messageGroupId === undefined) {
    throw new TypeError(`${target} is a FIFO topic; say which group the event belongs to with { messageGroupId }.`);
  }
  const answer = await queryAws(
    { service: "sns", endpoint: endpointOf(target) },
    {
      Action: "Publish",
      Version: "2010-03-31",
      TopicArn: target,
      Message: JSON.stringify(envelope),
      ...attribute(1, "type", event.type),
      ...attribute(2, "correlationId", envelope.correlationid),
      ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
      ...(fifo && { MessageDeduplicationId: messageDeduplicationId }),
    },
  );
  return /<MessageId>([^<]+)<\/MessageId>/.exec(answer)?.[1] ?? "";
}

function attribute(index: number, name: string, value: string): Record<string, string> {
  const entry = `MessageAttributes.entry.${index}`;
  return { [`${entry}.Name`]: name, [`${entry}.Value.DataType`]: "String", [`${entry}.Value.StringValue`]: value };
}

export interface PutOptions extends EventOptions {
  /** Records of one key keep their order, 1 to 256 characters. */
  readonly partitionKey: string;
  /** Whether the event goes in as it is, without an envelope. Default false. */
  readonly bare?: boolean;
}

/** Puts an event into a stream, as a CloudEvent unless `bare`. Answers its sequence number. Rejects with what Kinesis answers after three tries. */
export async function put<E>(target: StreamTarget<E>, event: NoInfer<E>, options: PutOptions): Promise<string> {
  const { partitionKey, bare = false } = options;
  const body = bare ? event : cloudEventOf(event, typeOf(event), options);
  const { SequenceNumber } = await callAws<{ SequenceNumber: string }>({
    service: "kinesis",
    target: "Kinesis_20131202",
    contentType: "application/x-amz-json-1.1",
    action: "PutRecord",
    endpoint: endpointOf(target),
    input: {
      StreamARN: target,
      PartitionKey: partitionKey,
      Data: Buffer.from(JSON.stringify(body)).toString("base64"),
    },
  });
  return SequenceNumber;
}

/**
 * Sends an event to an event bus: `source` and `detail-type` (the event's `type`) are what rules match, and the detail is the
 * CloudEvent. Answers the event's id at EventBridge. Rejects with what EventBridge answers after three tries.
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
    service: "events",
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
          Detail: JSON.stringify(envelope),
        },
      ],
    },
  });
  const { EventId, ErrorCode, ErrorMessage = "" } = Entries[0] ?? {};
  if (EventId === undefined) throw new AwsError(ErrorCode ?? "InternalFailure", ErrorMessage, 500);
  return EventId;
}

function typeOf(event: unknown): string {
  const type = typeof event === "object" && event !== null && "type" in event ? event.type : undefined;
  return typeof type === "string" ? type : "event";
}
