// The errors of Scheduler and EventBridge, in AWS's words where they are known.
import { ServiceError } from "./ask";

export const invalid = (message: string) => new ServiceError("ValidationException", message);

export const notFound = (message: string, status = 400) =>
  new ServiceError("ResourceNotFoundException", message, status);

/** The refusal of a change that only the program may make. */
export const editTheProgram = (action: string) =>
  invalid(
    `${action}: what it changes is kept in the program: edit it there; the change applies when the local run is started again.`,
  );

/** `name` is the member's name in the API, such as `target.retryPolicy.maximumRetryAttempts`. */
export function inRange(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  const bound = value > max ? `less than or equal to ${max}` : `greater than or equal to ${min}`;
  throw constraint(name, value, `Member must have value ${bound}`);
}

export const missing = (name: string) => constraint(lowerFirst(name), "null", "Member must not be null");

export const wrongType = (name: string, expected: string) =>
  new ServiceError("SerializationException", `The value of ${name} must be ${expected}.`);

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

export const constraint = (name: string, value: string | number, rule: string) =>
  invalid(`1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: ${rule}`);

/** Returns the allowed value that is given, or `otherwise` if none is given. */
export function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly T[],
  otherwise: T,
): T {
  if (value === undefined) return otherwise;
  const found = allowed.find((each) => each === value);
  if (found === undefined) {
    throw constraint(name, value, `Member must satisfy enum value set: [${allowed.join(", ")}]`);
  }
  return found;
}
