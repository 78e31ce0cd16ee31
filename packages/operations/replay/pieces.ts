// The descriptions of a consumer: messages of its dead-letter queue, and objects of the bucket of its mapping.
import { Choice, describeOthers } from "../letters/choice";
import type { DeadLetter } from "../letters/letter";
import type { Reader } from "../letters/reader";
import { AccessDenied } from "../stack/access";
import type { Clients } from "../stack/clients";
import type { Consumer } from "../stack/stack";
import { type Description, inOrderOfShards, readDescription } from "./description";
import type { StreamMapping } from "./mapping";
import { payloadsIn } from "./payloads";

/** One description, and how it is removed when its records are done. */
export interface Piece {
  /** Id of the message, or key of the object. */
  readonly id: string;
  readonly description: Description;
  /** Undefined for an object. */
  readonly letter?: DeadLetter;
  /** Answers whether it is gone. */
  remove(): Promise<boolean>;
}

interface Places {
  readonly consumer: Consumer;
  /** The options that name the stack. */
  readonly flags: string;
  readonly reader: Reader;
  readonly clients: Pick<Clients, "s3">;
  readonly mapping: StreamMapping | undefined;
  readonly limit: number;
  /** Without any, all. */
  readonly ids?: readonly string[] | undefined;
  say(line: string): void;
}

/** In the order in which the records were in their shards. Gives back every message that is no description. */
export async function collectPieces(places: Places): Promise<readonly Piece[]> {
  const pieces = [...(await messages(places)), ...(await objects(places))];
  return pieces.sort((a, b) => inOrderOfShards(a.description, b.description)).slice(0, places.limit);
}

async function messages({ consumer, flags, reader, limit, ids, say }: Places): Promise<readonly Piece[]> {
  const choice = new Choice({ consumer, filter: ids === undefined ? {} : { id: ids } }, "take");
  const pieces: Piece[] = [];
  const others: DeadLetter[] = [];
  for await (const wave of reader.waves()) {
    for (const letter of wave) {
      const description =
        letter.description !== undefined && choice.takes(letter)
          ? await orLeave(`Message ${letter.id}`, say, async () => readDescription(letter.description ?? {}))
          : undefined;
      if (description === undefined) others.push(letter);
      else {
        const remove = async () => (await reader.delete([letter])).length === 0;
        pieces.push({ id: letter.id, description, letter, remove });
      }
    }
    if (pieces.length >= limit) break;
  }
  for (const line of describeOthers(choice.others, `${consumer.name}${flags}`)) say(line);
  // Not before: the queue would hand them out again, in place of what was not read yet.
  await reader.giveBack(others);
  return pieces;
}

/** What cannot be read leaves the others as they are. A missing permission is the same for all. */
async function orLeave(
  what: string,
  say: Places["say"],
  read: () => Promise<Description>,
): Promise<Description | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AccessDenied) throw error;
    say(`${what} is left where it is. ${(error as Error).message}`);
    return undefined;
  }
}

async function objects({ clients, mapping, limit, ids, say }: Places): Promise<readonly Piece[]> {
  if (mapping?.bucket === undefined) return [];
  const payloads = payloadsIn(clients, mapping.bucket, mapping.uuid);
  const keys = ids?.filter((id) => id.startsWith("aws/lambda/")) ?? (await payloads.list(limit));
  const pieces: Piece[] = [];
  for (const key of keys) {
    const description = await orLeave(`Object ${key}`, say, async () => readDescription(await payloads.read(key)));
    if (description === undefined) continue;
    pieces.push({
      ...{ id: key, description },
      remove: async () => {
        await payloads.delete(key);
        return true;
      },
    });
  }
  return pieces;
}
