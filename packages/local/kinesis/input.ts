// Checks a request's input as Kinesis does, in its words. The checks are kinesalite's, and the rules are in rules.ts.
import { type Message, ServiceError } from "../service/ask";
import { inputReader } from "../service/input";
import { notOffered, validation } from "./errors";
import { type Rules, rules } from "./rules";

interface Validations {
  checkTypes(input: Message, rules: Rules): Message;
  checkValidations(input: Message, rules: Rules): void;
}

interface Refusal {
  readonly body?: { readonly __type?: string; readonly message?: string; readonly Message?: string };
}

const validations: Validations = require("kinesalite/validations");

/** The members that the action knows, without nulls. Throws a ServiceError for what Kinesis refuses. */
export function checked(action: string, input: Message): Message {
  const expected = rules[action] ?? {};
  if (input.DryRun === true) {
    throw notOffered(
      `DryRun (given to ${action})`,
      "leave it out: permissions are checked when the action is performed.",
    );
  }
  try {
    // It removes unknown members from the object that it is given.
    const typed = validations.checkTypes({ ...input }, expected);
    validations.checkValidations(typed, expected);
    return typed;
  } catch (error) {
    const { body } = error as Refusal;
    if (body?.__type === undefined) throw error;
    throw new ServiceError(body.__type, body.message ?? body.Message ?? "");
  }
}

const serialization = (name: string, expected: string) =>
  new ServiceError("SerializationException", `The value of ${name} must be ${expected}.`);

/** `checked` has already made sure of required members and their types. */
export const { optionalText, optionalNumber, text, textMap, texts } = inputReader({
  missing: (name) => validation(`The request must contain the parameter ${name}.`),
  wrongType: serialization,
});
