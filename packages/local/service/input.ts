// Reads the members of a request's input, and refuses a wrong type as the deserializer of a service would.
import type { Message } from "./ask";

export interface InputRules {
  /** The refusal of a required member that is not there. */
  missing(name: string): Error;
  /** The refusal of a member that is not, for example, "a string". */
  wrongType(name: string, expected: string): Error;
  /**
   * What an empty text is: a text like any other (`kept`), missing where a text is required (`refused`), or the same
   * as no text at all (`absent`). Default: `kept`.
   */
  readonly emptyText?: "kept" | "refused" | "absent";
}

/** A member that is null counts as one that is not there. */
export function inputReader({ missing, wrongType, emptyText = "kept" }: InputRules) {
  const read = <T>(input: Message, name: string, isRight: (value: unknown) => value is T, expected: string) => {
    const value = input[name];
    if (value === undefined || value === null) return undefined;
    if (!isRight(value)) throw wrongType(name, expected);
    return value;
  };

  const optionalText = (input: Message, name: string): string | undefined => {
    const value = read(input, name, isText, "a string");
    return value === "" && emptyText === "absent" ? undefined : value;
  };

  const text = (input: Message, name: string): string => {
    const value = optionalText(input, name);
    if (value === undefined || (value === "" && emptyText === "refused")) throw missing(name);
    return value;
  };

  const map = (input: Message, name: string): Message => read(input, name, isMessage, "a map") ?? {};

  return {
    optionalText,
    text,
    map,
    optionalNumber: (input: Message, name: string) => read(input, name, isNumber, "a number"),
    optionalBoolean: (input: Message, name: string) => read(input, name, isBoolean, "a boolean"),
    texts: (input: Message, name: string) => read(input, name, isListOf(isText), "a list of strings") ?? [],
    structures: (input: Message, name: string) => read(input, name, isListOf(isMessage), "a list of structures") ?? [],
    textMap(input: Message, name: string): Readonly<Record<string, string>> {
      const members = map(input, name);
      return Object.fromEntries(Object.keys(members).map((key) => [key, textOf(members, name, key)]));
    },
  };

  function textOf(members: Message, name: string, key: string): string {
    const value = members[key];
    if (typeof value !== "string") throw wrongType(`${name}.${key}`, "a string");
    return value;
  }
}

/** Whether it is a structure or a map. */
export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";

function isListOf<T>(isRight: (value: unknown) => value is T) {
  return (value: unknown): value is readonly T[] => Array.isArray(value) && value.every(isRight);
}
