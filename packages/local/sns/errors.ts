// SNS's refusals, with the codes and texts that AWS answers.
import { ServiceError } from "../service/ask";

export const invalid = (what: string) => new ServiceError("InvalidParameter", `Invalid parameter: ${what}`);

/** For texts of AWS without `Invalid parameter: ` before them, and for the local run's own refusals. */
export const refused = (message: string) => new ServiceError("InvalidParameter", message);

export const missing = (name: string) =>
  new ServiceError(
    "ValidationError",
    `1 validation error detected: Value null at '${lowerFirst(name)}' failed to satisfy constraint: Member must not be null`,
  );

export const wrongType = (name: string, expected: string) =>
  new ServiceError("MalformedInput", `The value of ${name} must be ${expected}.`);

export const topicNotFound = () => new ServiceError("NotFound", "Topic does not exist", 404);

export const subscriptionNotFound = () => new ServiceError("NotFound", "Subscription does not exist", 404);

export const resourceNotFound = () => new ServiceError("ResourceNotFound", "Resource does not exist", 404);

export const tooManyTags = () =>
  new ServiceError("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded");

/** The refusal of a message attribute. */
export const attributeInvalid = (message: string) => new ServiceError("ParameterValueInvalid", message);

export const emptyBatch = () => new ServiceError("EmptyBatchRequest", "The batch request doesn't contain any entries.");

export const tooManyEntries = () =>
  new ServiceError("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.");

export const invalidEntryId = () =>
  new ServiceError(
    "InvalidBatchEntryId",
    "The Id of a batch entry in a batch request doesn't abide by the specification.",
  );

export const entryIdsNotDistinct = () =>
  new ServiceError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");

export const batchTooLong = () =>
  new ServiceError("BatchRequestTooLong", "The length of all the messages put together is more than the limit.");

export const unknownAction = (action: string) =>
  new ServiceError("InvalidAction", `Could not find operation ${action} for version 2010-03-31`);

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
