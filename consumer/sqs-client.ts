// The calls to SQS that a consumer makes when something fails.
import { callAws } from "./aws";

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
  readonly Failed?: readonly { readonly Id: string; readonly Code: string; readonly Message?: string }[];
}

const mostEntries = 10;

function callSqs<Answer>(queueUrl: string, action: string, input: object, timeout?: number): Promise<Answer> {
  return callAws<Answer>({
    service: "sqs",
    target: "AmazonSQS",
    action,
    input: { QueueUrl: queueUrl, ...input },
    endpoint: new URL(queueUrl).origin,
    ...(timeout !== undefined && { timeout }),
  });
}

/** Answers the new message's id. */
export async function sendMessage(queueUrl: string, message: NewMessage, timeout?: number): Promise<string> {
  return (await callSqs<{ MessageId: string }>(queueUrl, "SendMessage", message, timeout)).MessageId;
}

/** Hides each message for so many seconds from now on. Rejects when one of them could not be changed. */
export async function changeVisibility(
  queueUrl: string,
  changes: readonly { readonly receiptHandle: string; readonly seconds: number }[],
  timeout?: number,
): Promise<void> {
  const entries = changes.map(({ receiptHandle, seconds }) => ({
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: seconds,
  }));
  await inBatches(queueUrl, "ChangeMessageVisibilityBatch", entries, timeout);
}

/** Rejects when one of them could not be deleted. */
export async function deleteMessages(
  queueUrl: string,
  receiptHandles: readonly string[],
  timeout?: number,
): Promise<void> {
  const entries = receiptHandles.map((receiptHandle) => ({ ReceiptHandle: receiptHandle }));
  await inBatches(queueUrl, "DeleteMessageBatch", entries, timeout);
}

/** All batches are sent, whatever becomes of one. */
async function inBatches(
  queueUrl: string,
  action: string,
  entries: readonly object[],
  timeout?: number,
): Promise<void> {
  const calls: Promise<BatchAnswer>[] = [];
  for (let start = 0; start < entries.length; start += mostEntries) {
    const Entries = entries.slice(start, start + mostEntries).map((entry, index) => ({ Id: String(index), ...entry }));
    calls.push(callSqs<BatchAnswer>(queueUrl, action, { Entries }, timeout));
  }
  const failures: string[] = [];
  for (const settled of await Promise.allSettled(calls)) {
    if (settled.status === "rejected") failures.push(String(settled.reason));
    else failures.push(...(settled.value.Failed ?? []).map(({ Code, Message }) => `${Code}: ${Message ?? ""}`));
  }
  if (failures.length > 0) throw new Error(`${action} failed for some messages: ${failures.join("; ")}`);
}
