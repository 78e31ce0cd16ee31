// Message attributes: what SNS refuses of them, their size, and what filters see of them.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
import { isJson, type Json, type JsonObject, parseJson, WrittenNumber } from "spillway/syntax/json";
import type { Message } from "../service/ask";
import { isMessage } from "../service/input";
import { attributeInvalid, missing } from "./errors";
import { map, optionalText } from "./input";

/** Binary values are base64, as on the wire. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export function messageAttributes(input: Message): MessageAttributes {
  const entries = Object.entries(map(input, "MessageAttributes"));
  return Object.fromEntries(entries.map(([name, value]) => [name, readAttribute(name, value)]));
}

function readAttribute(name: string, value: unknown): MessageAttribute {
  const dataType = isMessage(value) ? optionalText(value, "DataType") : undefined;
  if (!isMessage(value) || dataType === undefined) throw missing(`messageAttributes.${name}.member.dataType`);
  checkName(name);
  const [type = ""] = dataType.split(".");
  if ((type !== "String" && type !== "Number" && type !== "Binary") || dataType.length > 256) {
    throw attributeInvalid(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const given = { StringValue: optionalText(value, "StringValue"), BinaryValue: optionalText(value, "BinaryValue") };
  const [field, otherField] =
    type === "Binary" ? (["BinaryValue", "StringValue"] as const) : (["StringValue", "BinaryValue"] as const);
  if (given[field] === undefined && given[otherField] !== undefined) {
    throw attributeInvalid(
      `The message attribute '${name}' with type '${type}' must use field '${field.replace("Value", "")}'.`,
    );
  }
  const content = given[field];
  if (!content) {
    throw attributeInvalid(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
  if (type === "Number" && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(content)) {
    throw attributeInvalid(`Could not cast message attribute '${name}' value to number.`);
  }
  // The text is AWS's; its code is not documented.
  if (type === "String" && /[\ud800-\udfff]/.test(content)) {
    throw attributeInvalid("Invalid attribute value was passed in for message attribute.");
  }
  return { DataType: dataType, [field]: content };
}

function checkName(name: string): void {
  if (name.length > 256) throw attributeInvalid("Length of message attribute name must be less than 256 bytes.");
  const wrong = /[^A-Za-z0-9_.-]/u.exec(name)?.[0];
  if (wrong !== undefined) {
    throw attributeInvalid(
      `Invalid non-alphanumeric character '#x${(wrong.codePointAt(0) ?? 0).toString(16).toUpperCase()}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  }
  if (name.startsWith("."))
    throw attributeInvalid("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith(".")) throw attributeInvalid("Invalid message attribute name ending with character '.' was found.");
  if (name.includes("..")) throw attributeInvalid("Message attribute name can not have successive '.' character.");
}

/** Bytes that count towards the message's size. */
export function sizeOfAttributes(attributes: MessageAttributes): number {
  let size = 0;
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    const value =
      BinaryValue === undefined ? Buffer.byteLength(StringValue ?? "") : Buffer.byteLength(BinaryValue, "base64");
    size += Buffer.byteLength(name) + Buffer.byteLength(DataType) + value;
  }
  return size;
}

/**
 * The attribute that no filter can read, if there is one: SNS sets a value between quotation marks, and that must be
 * JSON. AWS does not
 * say whether it looks only at those that a policy names; here all count, so that nothing works here that is lost
 * there.
 */
export function unreadableAttribute(attributes: MessageAttributes): string | undefined {
  const found = Object.entries(attributes).find(
    ([, { DataType, StringValue }]) =>
      StringValue !== undefined && !isJson(DataType === "String.Array" ? StringValue : `"${StringValue}"`),
  );
  return found?.[0];
}

/** Filters do not see binary attributes. The elements of a `String.Array` are separate values. */
export function filterable(attributes: MessageAttributes): JsonObject {
  const visible: Record<string, Json> = {};
  for (const [name, { DataType, StringValue }] of Object.entries(attributes)) {
    if (StringValue === undefined) continue;
    if (DataType === "Number" || DataType.startsWith("Number.")) {
      visible[name] = new WrittenNumber(Number(StringValue), StringValue);
    } else {
      visible[name] = DataType === "String.Array" ? elements(StringValue) : StringValue;
    }
  }
  return visible;
}

/** What is no JSON list matches nothing. */
function elements(text: string): Json {
  try {
    const value = parseJson(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
