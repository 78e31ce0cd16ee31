// What event source mappings say of errors.
import { ServiceError } from "../../service/ask";

/** The function is at its reserved concurrency. */
export const isThrottle = (error: unknown) =>
  error instanceof ServiceError && error.code === "TooManyRequestsException";

/** `Code: message` */
export const textOf = (error: unknown) =>
  error instanceof ServiceError
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error);

/** Of a function's error, `TypeError: message`. */
export function errorIn(payload: string): string {
  const { errorType, errorMessage } = JSON.parse(payload) as {
    readonly errorType?: string;
    readonly errorMessage?: string;
  };
  return `${errorType}: ${errorMessage}`;
}
