// SQS in the Query protocol (older SDKs, API Gateway templates, plain forms), and the codes that it had there.

import type { Message, ServiceError } from "../service/ask";
import { element, type Fields, listOf, type QueryProtocol, stringsOf, structuresOf } from "./query";

/** The codes of the Query protocol where they differ; SDKs of the JSON protocol still expose them through `x-amzn-query-error`. */
const legacyCodes: Readonly<Record<string, string>> = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  QueueNameExists: "QueueAlreadyExists",
  QueueDeletedRecently: "AWS.SimpleQueueService.QueueDeletedRecently",
  PurgeQueueInProgress: "AWS.SimpleQueueService.PurgeQueueInProgress",
  MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
  UnsupportedOperation: "AWS.SimpleQueueService.UnsupportedOperation",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  InvalidBatchEntryId: "AWS.SimpleQueueService.InvalidBatchEntryId",
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  BatchRequestTooLong: "AWS.SimpleQueueService.BatchRequestTooLong",
  AccessDeniedException: "AccessDenied",
};

export function legacyCode(error: ServiceError): string {
  const code = error.code.replace(/^.*#/, "");
  return legacyCodes[code] ?? code;
}

const integers = new Set([
  "DelaySeconds",
  "MaxNumberOfMessages",
  "MaxNumberOfMessagesPerSecond",
  "MaxResults",
  "VisibilityTimeout",
  "WaitTimeSeconds",
]);

/** The fields that hold a list or a map, by their name on the wire, with the name of the member in JSON. */
const lists: Readonly<Record<string, string>> = {
  AttributeName: "AttributeNames",
  MessageAttributeName: "MessageAttributeNames",
  MessageSystemAttributeName: "MessageSystemAttributeNames",
  TagKey: "TagKeys",
};
const batches = new Set([
  "SendMessageBatchRequestEntry",
  "DeleteMessageBatchRequestEntry",
  "ChangeMessageVisibilityBatchRequestEntry",
]);

function inputOf(action: string, fields: Fields): Message {
  const input: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const list = lists[name];
    if (list !== undefined) {
      // `AttributeName=All` without a number is one name.
      input[list] = typeof value === "string" ? [value] : stringsOf(value);
    } else if (batches.has(name)) {
      input.Entries = structuresOf(value).map((entry) => inputOf(action, entry));
    } else if (name === "Attribute") {
      input.Attributes = mapOf(value, "Name");
    } else if (name === "MessageAttribute" || name === "MessageSystemAttribute") {
      input[`${name}s`] = mapOf(value, "Name");
    } else if (name === "Tag") {
      input[action === "CreateQueue" ? "tags" : "Tags"] = mapOf(value, "Key");
    } else if (typeof value === "string") {
      input[name] = integers.has(name) && /^-?\d+$/.test(value) ? Number(value) : value;
    }
  }
  return input;
}

function mapOf(field: string | Fields | undefined, key: string): Message {
  const entries = listOf(field).flatMap((entry): [string, unknown][] => {
    const name = typeof entry === "object" ? entry[key] : undefined;
    return typeof entry === "object" && typeof name === "string" ? [[name, entry.Value]] : [];
  });
  return Object.fromEntries(entries);
}

/** Members that are lists or maps, with the name of their elements; maps have the names of key and value. */
const elements: Readonly<Record<string, { readonly name: string; readonly map?: readonly [string, string] }>> = {
  QueueUrls: { name: "QueueUrl" },
  queueUrls: { name: "QueueUrl" },
  Messages: { name: "Message" },
  Attributes: { name: "Attribute", map: ["Name", "Value"] },
  MessageAttributes: { name: "MessageAttribute", map: ["Name", "Value"] },
  Tags: { name: "Tag", map: ["Key", "Value"] },
  Results: { name: "ListMessageMoveTasksResultEntry" },
  Failed: { name: "BatchResultErrorEntry" },
};

function xmlOf(action: string, members: Message): string {
  let xml = "";
  for (const [name, value] of Object.entries(members)) {
    const known = name === "Successful" ? { name: `${action}ResultEntry` } : elements[name];
    if (known === undefined) {
      xml += structure(action, name, value);
    } else if (known.map !== undefined) {
      const [keyName, valueName] = known.map;
      for (const [key, each] of Object.entries(value as Message)) {
        xml += `<${known.name}>${element(keyName, key)}${structure(action, valueName, each)}</${known.name}>`;
      }
    } else {
      for (const each of value as readonly unknown[]) xml += structure(action, known.name, each);
    }
  }
  return xml;
}

const structure = (action: string, name: string, value: unknown) =>
  typeof value === "object" && value !== null
    ? `<${name}>${xmlOf(action, value as Message)}</${name}>`
    : element(name, value);

const withoutResult = new Set([
  "AddPermission",
  "ChangeMessageVisibility",
  "DeleteMessage",
  "DeleteQueue",
  "PurgeQueue",
  "RemovePermission",
  "SetQueueAttributes",
  "TagQueue",
  "UntagQueue",
]);

export const sqsQueryProtocol: QueryProtocol = {
  version: "2012-11-05",
  namespace: "http://queue.amazonaws.com/doc/2012-11-05/",
  input: inputOf,
  result: (action, answer) => (withoutResult.has(action) ? undefined : xmlOf(action, answer)),
  code: legacyCode,
};
