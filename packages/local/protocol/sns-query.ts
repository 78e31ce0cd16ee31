// SNS in the Query protocol, the only one that its clients speak.

import type { Message, ServiceError } from "../service/ask";
import { element, type Fields, listOf, type QueryProtocol, stringsOf, structuresOf } from "./query";

/** The fields that hold a list of structures: `Tags.member.1.Key=…`. */
const lists = new Set(["Tags", "PublishBatchRequestEntries"]);
/** Those that hold a map: `Attributes.entry.1.key=…`, with the names of key and value. */
const maps: Readonly<Record<string, readonly [key: string, value: string]>> = {
  Attributes: ["key", "value"],
  MessageAttributes: ["Name", "Value"],
};

function inputOf(fields: Fields): Message {
  const input: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const map = Object.hasOwn(maps, name) ? maps[name] : undefined;
    if (map !== undefined) {
      input[name] = mapOf(under(value, "entry"), ...map);
    } else if (lists.has(name)) {
      input[name] = structuresOf(under(value, "member")).map(inputOf);
    } else if (name === "TagKeys") {
      input[name] = stringsOf(under(value, "member"));
    } else if (typeof value === "string") {
      input[name] = value;
    }
  }
  return input;
}

const under = (field: string | Fields | undefined, name: string) =>
  typeof field === "object" ? field[name] : undefined;

function mapOf(field: string | Fields | undefined, keyName: string, valueName: string): Message {
  const entries = listOf(field).flatMap((entry): [string, unknown][] => {
    const key = typeof entry === "object" ? entry[keyName] : undefined;
    if (typeof entry !== "object" || typeof key !== "string") return [];
    const value = entry[valueName];
    return [[key, typeof value === "object" ? { ...value } : value]];
  });
  return Object.fromEntries(entries);
}

function xmlOf(members: Message): string {
  let xml = "";
  for (const [name, value] of Object.entries(members)) {
    if (Array.isArray(value)) {
      xml += `<${name}>${value.map((each) => `<member>${xmlOf(each)}</member>`).join("")}</${name}>`;
    } else if (typeof value === "object" && value !== null) {
      const entries = Object.entries(value).map(
        ([key, each]) => `<entry>${element("key", key)}${element("value", each)}</entry>`,
      );
      xml += `<${name}>${entries.join("")}</${name}>`;
    } else {
      xml += element(name, value);
    }
  }
  return xml;
}

/** Their answers have no result element; those of the tagging actions have an empty one. */
const withoutResult = new Set(["DeleteTopic", "SetSubscriptionAttributes", "SetTopicAttributes", "Unsubscribe"]);

const codes: Readonly<Record<string, string>> = { AccessDeniedException: "AuthorizationError" };

export const snsQueryProtocol: QueryProtocol = {
  version: "2010-03-31",
  namespace: "http://sns.amazonaws.com/doc/2010-03-31/",
  input: (_action, fields) => inputOf(fields),
  result: (action, answer) => (withoutResult.has(action) ? undefined : xmlOf(answer)),
  code: (error: ServiceError) => codes[error.code] ?? error.code,
};
