// Dead letters in a file: one JSON object a line, with everything that is needed to put each back.

import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import * as path from "node:path";
import type { MessageAttributeValue, SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import { spillway } from "../called";
import type { DeadLetter } from "./letter";

const format = "spillway-dead-letter/1";

/** A line of the file. */
export interface StoredLetter {
  readonly format: typeof format;
  readonly consumer: string;
  /** URL of the dead-letter queue. */
  readonly queueUrl: string;
  /** The id that the message had there. */
  readonly id: string;
  readonly body: string;
  /** Bytes are base64. */
  readonly attributes: Readonly<Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>>;
  /** What SQS says of the message: when it was sent, where it came from, its group, its trace. */
  readonly system: Readonly<Record<string, string>>;
}

/** A file that holds dead letters that are about to be deleted. */
export class LetterFile {
  #descriptor: number | undefined;

  /** Nothing is written before there is something to write. Only its owner may read it. */
  constructor(readonly path: string) {}

  /** Resolves when the lines are on the disk. Throws an Error where a file of that name is there already. */
  append(letters: readonly DeadLetter[]): void {
    this.#descriptor ??= this.#create();
    const text = letters.map((letter) => `${JSON.stringify(storedOf(letter))}\n`).join("");
    const bytes = Buffer.from(text);
    // A disk that is nearly full takes a part and says so, without an error.
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
    fsyncSync(this.#descriptor);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #create(): number {
    try {
      const descriptor = openSync(this.path, "wx", 0o600);
      syncFolder(path.dirname(path.resolve(this.path)));
      return descriptor;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      throw new Error(`${this.path} is there already. Name another file with --output.`);
    }
  }
}

/** So that the file's name is on the disk, too. */
function syncFolder(folder: string): void {
  // Windows opens no folders, and needs it not.
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function storedOf({ consumer, id, message }: DeadLetter): StoredLetter {
  return {
    format,
    consumer: consumer.name,
    queueUrl: consumer.url,
    id,
    body: message.Body ?? "",
    attributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(
        ([name, { DataType = "String", StringValue, BinaryValue }]) => [
          name,
          {
            DataType,
            ...(StringValue !== undefined && { StringValue }),
            ...(BinaryValue !== undefined && { BinaryValue: Buffer.from(BinaryValue).toString("base64") }),
          },
        ],
      ),
    ),
    system: message.Attributes ?? {},
  };
}

/**
 * One after the other: a file may be larger than the memory. Throws an Error that names a line that is none of ours.
 */
export function* readLetters(file: string): Generator<StoredLetter> {
  let number = 0;
  for (const line of linesOf(file)) {
    number += 1;
    const letter = parsed(line);
    if (letter === undefined) {
      throw new Error(
        `Line ${number} of ${file} is no dead letter: \`${spillway} dlq discard\` writes lines with "format": "${format}".`,
      );
    }
    yield letter;
  }
}

const chunkSize = 1024 * 1024;

/** Ends at newlines only: other separators may be within a body. */
function* linesOf(file: string): Generator<string> {
  const descriptor = opened(file);
  try {
    const chunk = Buffer.alloc(chunkSize);
    let begun: Buffer[] = [];
    for (let size = readSync(descriptor, chunk); size > 0; size = readSync(descriptor, chunk)) {
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1 && end < size; end = chunk.indexOf(10, from)) {
        yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString();
        begun = [];
        from = end + 1;
      }
      begun.push(Buffer.from(chunk.subarray(from, size)));
    }
    const last = Buffer.concat(begun).toString();
    if (last !== "") yield last;
  } finally {
    closeSync(descriptor);
  }
}

function opened(file: string): number {
  try {
    return openSync(file, "r");
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}. Give a file that discard has written.`);
  }
}

function parsed(line: string): StoredLetter | undefined {
  try {
    const value = JSON.parse(line) as Partial<StoredLetter> | null;
    const { consumer, id, body, attributes, system } = value ?? {};
    const isOurs =
      value?.format === format &&
      [consumer, id, body].every((each) => typeof each === "string") &&
      [attributes, system].every((each) => typeof each === "object" && each !== null);
    return isOurs ? (value as StoredLetter) : undefined;
  } catch {
    return undefined;
  }
}

/** The letter as an entry of SendMessageBatch for its dead-letter queue. */
export function entryOfStored(
  { id, body, attributes, system }: StoredLetter,
  fifo: boolean,
): Omit<SendMessageBatchRequestEntry, "Id"> {
  const { MessageGroupId, AWSTraceHeader } = system;
  const own = Object.entries(attributes).map(([name, { BinaryValue, ...rest }]): [string, MessageAttributeValue] => [
    name,
    { ...rest, ...(BinaryValue !== undefined && { BinaryValue: Buffer.from(BinaryValue, "base64") }) },
  ]);
  return {
    MessageBody: body,
    ...(own.length > 0 && { MessageAttributes: Object.fromEntries(own) }),
    ...(MessageGroupId !== undefined && { MessageGroupId }),
    ...(fifo && { MessageDeduplicationId: id }),
    ...(AWSTraceHeader !== undefined && {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: AWSTraceHeader } },
    }),
  };
}
