// A published message: what Publish and each entry of PublishBatch check, and what filters see of it.
import { createHash, randomUUID } from "node:crypto";
import { bodyOf, type Filter, type FilterScope } from "spillway/syntax/filter-policy";
import type { JsonObject } from "spillway/syntax/json";
import { jsonObject } from "spillway/syntax/json";
import type { Message } from "../service/ask";
import { invalid } from "./errors";
import { optionalText, text } from "./input";
import {
  filterable,
  type MessageAttributes,
  messageAttributes,
  sizeOfAttributes,
  unreadableAttribute,
} from "./message-attributes";
import type { Protocol } from "./subscription-attributes";
import type { Topic } from "./topic";

const idPattern = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** Checked, and not yet published. */
export interface Draft {
  /** Bytes of message and attributes. */
  readonly size: number;
  readonly subject: string | undefined;
  readonly attributes: MessageAttributes;
  readonly groupId: string | undefined;
  /** Of FIFO topics only. */
  readonly deduplicationId: string | undefined;
  /** The message that endpoints of a protocol get. */
  textFor(protocol: Protocol): string;
}

/** Refuses what SNS refuses, apart from the size, which it judges for a batch as a whole. */
export function checkDraft(topic: Topic, input: Message): Draft {
  const message = text(input, "Message");
  if (message === "") throw invalid("Empty message");
  const subject = optionalText(input, "Subject");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  if (subject !== undefined && !/^[^\u0000-\u001f\u007f-\u009f]{1,100}$/u.test(subject)) throw invalid("Subject");
  const groupId = optionalText(input, "MessageGroupId");
  checkId("MessageGroupId", groupId);
  if (topic.fifo && groupId === undefined) {
    throw invalid("The MessageGroupId parameter is required for FIFO topics");
  }
  const deduplicationId = deduplicationIdOf(topic, input, message);
  const given = messageAttributes(input);
  const byProtocol = structureOf(input, message);
  return {
    size: Buffer.byteLength(message) + sizeOfAttributes(given),
    subject,
    attributes: given,
    groupId,
    deduplicationId,
    textFor: (protocol) => byProtocol?.[protocol] ?? byProtocol?.default ?? message,
  };
}

function checkId(name: string, id: string | undefined): void {
  if (id === undefined || idPattern.test(id)) return;
  throw invalid(
    `${name} Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

function deduplicationIdOf(topic: Topic, input: Message, message: string): string | undefined {
  const given = optionalText(input, "MessageDeduplicationId");
  if (!topic.fifo) {
    if (given === undefined) return undefined;
    throw invalid(
      "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
    );
  }
  checkId("MessageDeduplicationId", given);
  if (given !== undefined) return given;
  // Of the message alone, not of its attributes.
  if (topic.attributes.ContentBasedDeduplication === "true") return createHash("sha256").update(message).digest("hex");
  throw invalid(
    "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
  );
}

/** With `MessageStructure` json a message holds one text for each protocol, and one for all others. */
function structureOf(input: Message, message: string): Readonly<Record<string, string>> | undefined {
  const structure = optionalText(input, "MessageStructure");
  if (structure === undefined || structure === "") return undefined;
  if (structure !== "json") throw invalid("MessageStructure");
  const parsed = jsonObject(message);
  if (parsed === undefined) throw invalid("Message Structure - JSON message body failed to parse");
  // Keys whose value is no text are as if they were not there.
  const texts = Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const byProtocol = Object.fromEntries(texts);
  if (byProtocol.default === undefined) throw invalid("Message Structure - No default entry in JSON message body");
  return byProtocol;
}

export class Publication {
  readonly #bodies = new Map<string, JsonObject | undefined>();
  #attributes: JsonObject | undefined;

  constructor(
    readonly topic: Topic,
    readonly draft: Draft,
    readonly messageId: string,
    /** Of FIFO topics only. */
    readonly sequenceNumber: string | undefined,
    /** Milliseconds of the run's clock. */
    readonly publishedAt: number,
  ) {}

  /** Why no filter of this scope can judge it, where that is so. */
  unreadable(scope: FilterScope, protocol: Protocol): string | undefined {
    if (scope === "MessageBody") {
      return this.#body(this.draft.textFor(protocol)) === undefined ? "its body is not a JSON object" : undefined;
    }
    const name = unreadableAttribute(this.draft.attributes);
    return name === undefined ? undefined : `the value of its attribute ${name} is not a valid JSON string`;
  }

  /** What filters look at is read when the first of them asks for it, and once. */
  passes(filter: Filter, protocol: Protocol): boolean {
    const publication = this;
    return filter({
      get attributes() {
        return publication.#filterableAttributes();
      },
      get body() {
        return publication.#body(publication.draft.textFor(protocol));
      },
    });
  }

  #filterableAttributes(): JsonObject {
    this.#attributes ??= filterable(this.draft.attributes);
    return this.#attributes;
  }

  #body(message: string): JsonObject | undefined {
    if (!this.#bodies.has(message)) this.#bodies.set(message, bodyOf(message));
    return this.#bodies.get(message);
  }
}

export interface Published {
  readonly messageId: string;
  readonly sequenceNumber: string | undefined;
  /** Undefined for a duplicate, which is answered like the first and goes nowhere. */
  readonly publication: Publication | undefined;
}

export function publish(topic: Topic, draft: Draft): Published {
  const messageId = randomUUID();
  const { groupId, deduplicationId } = draft;
  const now = topic.clock.now();
  if (!topic.fifo || groupId === undefined || deduplicationId === undefined) {
    return {
      messageId,
      sequenceNumber: undefined,
      publication: new Publication(topic, draft, messageId, undefined, now),
    };
  }
  const duplicate = topic.duplicateOf(groupId, deduplicationId);
  if (duplicate !== undefined) return { ...duplicate, publication: undefined };
  const { sequenceNumber } = topic.sequence(groupId, deduplicationId, messageId);
  return { messageId, sequenceNumber, publication: new Publication(topic, draft, messageId, sequenceNumber, now) };
}
