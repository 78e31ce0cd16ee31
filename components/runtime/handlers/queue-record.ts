// A record of an SQS queue, as the parts of the consumer that know nothing of queues take it.
import type { SQSMessageAttributes, SQSRecord } from "aws-lambda";
import type { MessageAttribute } from "../aws/sqs-client";
import type { DeadLetterRecord } from "../batch/dead-letter";
import { parseJson } from "../batch/decode";
import { attributesIn, type EarlierReason, earlierReason, reasonAttribute } from "../batch/earlier-reason";
import { type Opened, openEnvelope, toldOf } from "../batch/envelope";
import type { Received } from "../batch/invocation";

export class QueueItem implements Received {
  readonly id: string;
  readonly attempt: number;
  readonly group: string | undefined;
  readonly earlier: EarlierReason | undefined;

  constructor(readonly record: SQSRecord) {
    const { messageId, attributes, messageAttributes } = record;
    this.id = messageId;
    this.attempt = Number(attributes.ApproximateReceiveCount);
    // On a standard queue a group is for fairness among tenants, not for order.
    this.group = isFifo(record) ? attributes.MessageGroupId : undefined;
    this.earlier = earlierReason(messageAttributes[reasonAttribute]?.stringValue);
  }

  /** Throws for what is no event. */
  open(): Opened {
    return openEnvelope(parseJson(this.record.body));
  }

  /**
   * The id of the record's flow: what its envelope says, else its attribute, else its own id. A message that was a dead
   * letter has a new id when it comes back, so the reason has kept the flow's.
   */
  flow(inEnvelope: string | undefined): string {
    const { correlationId } = this.record.messageAttributes;
    return inEnvelope ?? correlationId?.stringValue ?? this.earlier?.correlationId ?? this.id;
  }

  lost(): DeadLetterRecord {
    const { id, attempt, earlier, record } = this;
    const { AWSTraceHeader, MessageDeduplicationId, MessageGroupId } = record.attributes;
    const fifo = isFifo(record);
    const { correlationId, type } = toldOf(() => this.open());
    return {
      body: record.body,
      attributes: originalAttributes(record.messageAttributes),
      sourceArn: record.eventSourceARN,
      trace: AWSTraceHeader,
      messageId: id,
      correlationId: this.flow(correlationId),
      type,
      tenant: fifo ? undefined : MessageGroupId,
      earlier,
      place: {
        attempts: attempt,
        ...(fifo && MessageDeduplicationId !== undefined && { deduplicationId: MessageDeduplicationId }),
      },
      fifo: {
        ...(MessageGroupId !== undefined && { MessageGroupId }),
        // A crash between this message and the answer to Lambda sends it once more: the same id makes it one message.
        // Its first id would instead lose a second dead letter of the same event within five minutes.
        ...(fifo && { MessageDeduplicationId: id }),
      },
    };
  }
}

/**
 * The attributes that the record was first sent with: without an older reason, and unfolded where that one had taken
 * them in.
 */
export function originalAttributes(given: SQSMessageAttributes): Record<string, MessageAttribute> {
  const { [reasonAttribute]: earlier, ...others } = given;
  const own: Record<string, MessageAttribute> = attributesIn(earlierReason(earlier?.stringValue));
  for (const [name, { dataType, stringValue, binaryValue }] of Object.entries(others)) {
    own[name] = {
      DataType: dataType,
      ...(stringValue !== undefined && stringValue !== null && { StringValue: stringValue }),
      ...(binaryValue !== undefined && binaryValue !== null && { BinaryValue: binaryValue }),
    };
  }
  return own;
}

function isFifo(record: SQSRecord): boolean {
  return record.eventSourceARN.endsWith(".fifo");
}
