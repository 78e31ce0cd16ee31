// How event source mappings describe errors.
import { ServiceError } from "../../service/ask";

/** The function is at its reserved concurrency. */
export const isThrottle = (error: unknown) =>
  error instanceof ServiceError && error.code === "TooManyRequestsException";

/** In the form `Code: message`. */
export const textOf = (error: unknown) =>
  error instanceof ServiceError
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error);

/** A function's error in the form `TypeError: message`. */
export function errorIn(payload: string): string {
  const { errorType, errorMessage } = JSON.parse(payload) as {
    readonly errorType?: string;
    readonly errorMessage?: string;
  };
  return `${errorType}: ${errorMessage}`;
}
