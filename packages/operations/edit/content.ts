// What is edited of a dead letter: the text that its callback was to read, wherever the letter holds it.

import { isUtf8 } from "node:buffer";
import { spillway } from "../called";
import { openEnvelope } from "../letters/envelope";
import type { DeadLetter } from "../letters/letter";
import type { Stack } from "../stack/stack";

export interface Content {
  /** The body with its envelope, decoded. */
  readonly text: string;
  /** The letter with another text in the place of this. */
  replace(text: string): DeadLetter;
}

type Members = Readonly<Record<string, unknown>>;

/** Throws an Error for a letter that holds no event. */
export function contentOf(letter: DeadLetter, { flags }: Pick<Stack, "flags">): Content {
  if (letter.kind === "description") return contentOfDescription(letter, flags);
  const { message, reason } = letter;
  const body = message.Body ?? "";
  const withBody = (Body: string): DeadLetter => ({ ...letter, message: { ...message, Body } });
  if (reason?.encoding !== "base64") return { text: body, replace: withBody };
  const data = Buffer.from(body, "base64");
  if (!isUtf8(data)) throw new Error(`The data of ${letter.id} is not text, and cannot be edited.`);
  return { text: data.toString(), replace: (text) => withBody(Buffer.from(text).toString("base64")) };
}

/** Of Lambda's description of an asynchronous event, the message of SNS, or the whole event. */
function contentOfDescription(letter: DeadLetter, flags: string): Content {
  const { description, consumer, id } = letter;
  const payload = description?.requestPayload as Members | undefined;
  if (payload === undefined || payload === null) {
    throw new Error(
      `${id} is Lambda's description of a batch and holds no event. See: ${spillway} dlq replay ${consumer.name}${flags}`,
    );
  }
  const withPayload = (requestPayload: unknown): DeadLetter => ({
    ...letter,
    description: { ...description, requestPayload },
  });
  const [first] = Array.isArray(payload.Records) ? (payload.Records as readonly Members[]) : [];
  const sns = first?.Sns as Members | undefined;
  return typeof sns?.Message === "string"
    ? {
        text: sns.Message,
        replace: (Message) => withPayload({ ...payload, Records: [{ ...first, Sns: { ...sns, Message } }] }),
      }
    : { text: JSON.stringify(payload), replace: (text) => withPayload(JSON.parse(text)) };
}

/** The event for people: JSON with indents, or the text as it is. */
export function shown(text: string, whole: boolean): string {
  const { event } = openEnvelope(text);
  if (whole) return typeof event === "string" && text === event ? text : pretty(text);
  return typeof event === "string" ? event : `${JSON.stringify(event, undefined, 2)}\n`;
}

function pretty(text: string): string {
  try {
    return `${JSON.stringify(JSON.parse(text), undefined, 2)}\n`;
  } catch {
    return text;
  }
}

/** The text with what a person has made of `shown`. JSON is written without indents again. */
export function written(text: string, edited: string, whole: boolean): string {
  const value = jsonOr(edited);
  if (whole) return typeof value === "string" ? edited : JSON.stringify(value);
  return openEnvelope(text).wrap(value);
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
