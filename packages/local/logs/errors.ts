// The errors of CloudWatch Logs, with the codes and texts that AWS answers.
import { ServiceError } from "../service/ask";

export const invalid = (message: string) => new ServiceError("InvalidParameterException", message);

export const notFound = (what: "group" | "stream") =>
  new ServiceError("ResourceNotFoundException", `The specified log ${what} does not exist.`);

export const alreadyExists = (what: "group" | "stream") =>
  new ServiceError("ResourceAlreadyExistsException", `The specified log ${what} already exists`);

export const constraint = (name: string, value: string | number, rule: string) =>
  invalid(`1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: ${rule}`);

export const missing = (name: string) =>
  invalid(`1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`);

export const wrongType = (name: string, expected: string) =>
  new ServiceError("SerializationException", `The value of ${name} must be ${expected}.`);
