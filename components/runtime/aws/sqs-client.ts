// The calls to SQS that a consumer makes when something fails, and `send`.
import { type CallLimits, callAws, isTransientCode, pauseAfter, tries } from "./aws";
import { endpointOfQueue } from "./endpoints";

/** A message attribute as SQS's API has it. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}

export interface NewMessage {
  readonly MessageBody: string;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttribute>>;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
  readonly DelaySeconds?: number;
}

interface BatchAnswer {
  readonly Failed?: readonly {
    readonly Id: string;
    readonly Code: string;
    readonly Message?: string;
    readonly SenderFault?: boolean;
  }[];
}

/** Bytes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const largestMessage = 1_048_576;
const mostEntries = 10;
const batchesAtATime = 10;
const mostFailuresShown = 5;

/** As SQS counts: the body, and each attribute's name, type and value. */
export function sizeOf(body: string, attributes: Readonly<Record<string, MessageAttribute>>): number {
  let size = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue = "", BinaryValue = "" }] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue);
    size += Buffer.byteLength(BinaryValue, "base64");
  }
  return size;
}

function callSqs<Answer>(queueUrl: string, action: string, input: object, limits?: CallLimits): Promise<Answer> {
  return callAws<Answer>({
    endpoint: endpointOfQueue(queueUrl),
    target: "AmazonSQS",
    action,
    input: { QueueUrl: queueUrl, ...input },
    ...limits,
  });
}

/** Answers the new message's id. */
export async function sendMessage(queueUrl: string, message: NewMessage, limits?: CallLimits): Promise<string> {
  return (await callSqs<{ MessageId: string }>(queueUrl, "SendMessage", message, limits)).MessageId;
}

/** Hides each message for so many seconds from now on. Rejects when one of them could not be changed. */
export async function changeVisibility(
  queueUrl: string,
  changes: readonly { readonly receiptHandle: string; readonly seconds: number }[],
  limits?: CallLimits,
): Promise<void> {
  const entries = changes.map(({ receiptHandle, seconds }) => ({
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: seconds,
  }));
  await inBatches(queueUrl, "ChangeMessageVisibilityBatch", entries, limits);
}

/** Rejects when one of them could not be deleted. */
export async function deleteMessages(
  queueUrl: string,
  receiptHandles: readonly string[],
  limits?: CallLimits,
): Promise<void> {
  const entries = receiptHandles.map((receiptHandle) => ({ ReceiptHandle: receiptHandle }));
  await inBatches(queueUrl, "DeleteMessageBatch", entries, limits);
}

/** All batches are sent, whatever becomes of one, until the limit; ten at a time, because each takes a connection. */
async function inBatches(
  queueUrl: string,
  action: string,
  entries: readonly object[],
  limits?: CallLimits,
): Promise<void> {
  const failures: string[] = [];
  let next = 0;
  const work = async () => {
    while (next < entries.length && !limits?.signal?.aborted) {
      const batch = entries.slice(next, next + mostEntries).map((entry, index) => ({ Id: String(index), ...entry }));
      next += mostEntries;
      const failed = await sendBatch(queueUrl, action, batch, limits).catch((error: unknown) => [String(error)]);
      failures.push(...failed);
    }
  };
  await Promise.all(Array.from({ length: batchesAtATime }, work));
  if (failures.length === 0) return;
  const more = failures.length - mostFailuresShown;
  const shown = failures.slice(0, mostFailuresShown).join("; ");
  throw new Error(`${action} failed for some messages: ${shown}${more > 0 ? `; and ${more} more` : ""}`);
}

/**
 * Answers what could not be done. Entries that SQS has failed itself, or throttled, are sent again with all that failed
 * beside them.
 */
async function sendBatch(
  queueUrl: string,
  action: string,
  batch: readonly { readonly Id: string }[],
  limits?: CallLimits,
): Promise<readonly string[]> {
  let Entries = batch;
  for (let attempt = 1; ; attempt += 1) {
    const { Failed = [] } = await callSqs<BatchAnswer>(queueUrl, action, { Entries }, limits);
    const mayGoOn = Failed.some(({ Code, SenderFault }) => SenderFault === false || isTransientCode(Code));
    if (!mayGoOn || attempt >= tries) return Failed.map(({ Code, Message = "" }) => `${Code}: ${Message}`);
    Entries = batch.filter(({ Id }) => Failed.some((failed) => failed.Id === Id));
    await pauseAfter(attempt, limits?.signal);
  }
}
