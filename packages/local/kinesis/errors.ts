// Kinesis's refusals, with the codes and texts that AWS answers.
import { ServiceError } from "../service/ask";

export const invalidArgument = (message: string) => new ServiceError("InvalidArgumentException", message);

export const validation = (message: string) => new ServiceError("ValidationException", message);

export const notFound = (message: string) => new ServiceError("ResourceNotFoundException", message);

export const streamNotFound = (name: string, accountId: string) =>
  notFound(`Stream ${name} under account ${accountId} not found.`);

export const inUse = (message: string) => new ServiceError("ResourceInUseException", message);

export const limitExceeded = (message: string) => new ServiceError("LimitExceededException", message);

export const expiredNextToken = () =>
  new ServiceError("ExpiredNextTokenException", "The pagination token passed to the operation is expired.");

/** The refusal of what AWS has and the local run does not. `advice` says what to do instead. */
export const notOffered = (what: string, advice: string) =>
  new ServiceError("UnsupportedOperationException", `Kinesis of the local run does not have ${what}; ${advice}`, 501);
