// SQS's refusals, with the codes and texts that AWS answers.
import { ServiceError } from "../service/ask";

const refuse = (code: string, message: string, status = 400) =>
  new ServiceError(`com.amazonaws.sqs#${code}`, message, status);

export const queueDoesNotExist = () => refuse("QueueDoesNotExist", "The specified queue does not exist.");

export const invalidParameter = (message: string) => refuse("InvalidParameterValue", message);

/** The usual wording of a refused value. */
export const invalidValue = (value: unknown, parameter: string, reason: string) =>
  invalidParameter(`Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`);

export const missingParameter = (name: string) =>
  refuse("MissingParameter", `The request must contain the parameter ${name}.`);

export const serialization = (name: string, expected: string) =>
  refuse("SerializationException", `The value of ${name} must be ${expected}.`);

export const unknownAttribute = (name: string) => refuse("InvalidAttributeName", `Unknown Attribute ${name}.`);

export const conflictingEncryption = () =>
  refuse(
    "InvalidAttributeName",
    "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
  );

export const invalidAttributeValue = (name: string, reason?: string) =>
  refuse(
    "InvalidAttributeValue",
    `Invalid value for the parameter ${name}.${reason === undefined ? "" : ` Reason: ${reason}`}`,
  );

export const queueExists = (attribute: string) =>
  refuse(
    "QueueNameExists",
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );

export const queueDeletedRecently = () =>
  refuse(
    "QueueDeletedRecently",
    "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
  );

export const purgeInProgress = (name: string) =>
  refuse("PurgeQueueInProgress", `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`, 403);

export const invalidMessageContents = () =>
  refuse(
    "InvalidMessageContents",
    "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.",
  );

export const emptyBatch = (entry: string) =>
  refuse("EmptyBatchRequest", `There should be at least one ${entry} in the request.`);

export const tooManyEntries = (given: number) =>
  refuse("TooManyEntriesInBatchRequest", `Maximum number of entries per request are 10. You have sent ${given}.`);

export const invalidEntryId = () =>
  refuse(
    "InvalidBatchEntryId",
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
  );

export const entryIdsNotDistinct = (id: string) => refuse("BatchEntryIdsNotDistinct", `Id ${id} repeated.`);

export const batchTooLong = (limit: number, given: number) =>
  refuse("BatchRequestTooLong", `Batch requests cannot be longer than ${limit} bytes. You have sent ${given} bytes.`);

export const receiptHandleInvalid = (handle: string) =>
  refuse("ReceiptHandleIsInvalid", `The input receipt handle "${handle}" is not a valid receipt handle.`);

export const receiptHandleExpired = (handle: string) =>
  invalidValue(handle, "ReceiptHandle", "The receipt handle has expired.");

export const messageNotInFlight = (handle: string) =>
  refuse(
    "MessageNotInflight",
    `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
  );

export const overLimit = () => refuse("OverLimit", "The maximum number of in flight messages is reached: 120000.", 403);

export const resourceNotFound = (message: string) => refuse("ResourceNotFoundException", message, 404);

export const unsupported = (message: string) => refuse("UnsupportedOperation", message);

export const unknownAction = (action: string) =>
  refuse("InvalidAction", `The action ${action} is not valid for this endpoint.`);
