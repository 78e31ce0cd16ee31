// A dead letter as the tool sees it, whichever of the three kinds it is.
import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { Consumer } from "../stack/stack";

/** The members of the attribute `DeadLetterReason` that the tool reads. Each is checked: anybody may send one. */
export interface Reason {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stack?: string;
  readonly causes?: readonly { readonly errorType: string; readonly errorMessage: string }[];
  readonly attempts?: number;
  readonly functionName?: string;
  readonly sourceArn?: string;
  readonly messageId?: string;
  readonly correlationId?: string;
  readonly requestId?: string;
  /** ISO 8601. */
  readonly failedAt?: string;
  readonly traceId?: string;
  readonly deduplicationId?: string;
  readonly shardId?: string;
  readonly sequenceNumber?: string;
  readonly partitionKey?: string;
  readonly encoding?: "base64" | "json";
  /** First 12 hexadecimal digits of the SHA-256 of the function's JavaScript file. */
  readonly bundle?: string;
  /** How often it came back before. */
  readonly redrives?: number;
  readonly previous?: {
    readonly errorType: string;
    readonly failedAt: string;
    readonly bundle?: string;
    readonly messageId?: string;
    /** Id of the dead letter that somebody edited before it came back. */
    readonly editedFrom?: string;
  };
  readonly type?: string;
  readonly tenant?: string;
  /** The record's own attributes, where it had ten of them. */
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>>;
}

/**
 * - `reason`: stored by the consumer, with its reason.
 * - `moved`: moved by SQS itself, without one.
 * - `description`: Lambda's record of a batch of a stream, or of an asynchronous event, that it gave up.
 * - `service`: given up by SNS, EventBridge or Scheduler, which say why in attributes, or not at all.
 */
export type Kind = "reason" | "moved" | "description" | "service";

export interface DeadLetter {
  /** The id of the message in the dead-letter queue. */
  readonly id: string;
  /** Whose it is. Where it names no consumer of the stack: whose queue was read. */
  readonly consumer: Consumer;
  /** The sources and functions that it names, where none of them is a consumer of the stack. None: it names nobody. */
  readonly unclaimed?: readonly string[];
  readonly kind: Kind;
  /** As SQS gave it, with attributes as they are there. */
  readonly message: Message;
  /** Why it is here, as far as it is known: `errorType` is never empty. */
  readonly errorType: string;
  readonly errorMessage: string;
  readonly reason?: Reason;
  /** Lambda's description, parsed. */
  readonly description?: Readonly<Record<string, unknown>>;
  /** When the event was first sent: retention counts from there on a standard queue. */
  readonly sentAt: Date;
  readonly failedAt?: Date;
  /** When SQS deletes it. */
  readonly expiresAt: Date;
  readonly redrives: number;
  /** FIFO only. */
  readonly group?: string;
}
