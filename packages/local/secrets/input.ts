// Reads the input of Parameter Store's and Secrets Manager's actions.
import { ServiceError } from "../service/ask";
import { inputReader } from "../service/input";

export const { optionalText, text, texts, optionalNumber, optionalBoolean } = inputReader({
  missing: (name) => new ServiceError("ValidationException", `The request must contain the parameter ${name}.`),
  wrongType: (name, expected) =>
    new ServiceError("SerializationException", `The value of ${name} must be ${expected}.`),
  emptyText: "refused",
});
