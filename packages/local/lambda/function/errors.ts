// The refusals of Lambda, in its words.
import { ServiceError } from "../../service/ask";

export const invalid = (message: string) =>
  new ServiceError("InvalidParameterValueException", message, 400, { Type: "User" });

export const notFound = (message: string) =>
  new ServiceError("ResourceNotFoundException", message, 404, { Type: "User" });

/** The refusal of a change that only the program may make. */
export const editTheProgram = (what: string) =>
  invalid(
    `${what} changes is kept in the program: edit it there; the change applies when the local run is started again.`,
  );

export const missing = (name: string) =>
  invalid(`1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`);

export const wrongType = (name: string, expected: string) =>
  new ServiceError("SerializationException", `The value of ${name} must be ${expected}.`);

/** `value` and `name` are those of the request. */
export const validation = (value: string | number, name: string, rule: string) =>
  new ServiceError(
    "ValidationException",
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: ${rule}`,
  );

export function inRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const bound = value > max ? `less than or equal to ${max}` : `greater than or equal to ${min}`;
  throw validation(value, name, `Member must have value ${bound}`);
}
