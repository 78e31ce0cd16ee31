// The text of messages: what SQS and SNS take of it, and how everything else travels.
import { PermanentError } from "../callback/errors";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const refused = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Characters that SQS refuses, as JSON's escapes for them: in a JSON text they are the same value for every reader. */
export function messageText(text: string): string {
  return text.replace(refused, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Throws a PermanentError for a value that is not JSON. */
export function messageJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new PermanentError(`The event is not JSON: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  if (text === undefined) throw new PermanentError(`The event is not JSON: it is of type ${typeof value}.`);
  return messageText(text);
}

/** Whether SQS takes it as the value of a message attribute. */
export const isMessageText = (text: string) => text !== "" && text.search(refused) === -1;

/**
 * Whether a filter of SNS can read it as the value of a message attribute. SNS sets it between quotation marks: where
 * that is no JSON, no subscription with a filter policy gets the message, and only the metric
 * NumberOfNotificationsFilteredOut-InvalidAttributes tells. Surrogate values, as an emoji has them, it refuses.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
 */
export const isFilterableText = (text: string) => /^[ !#-[\]-\ud7ff\ue000-\ufffd]+$/.test(text);
