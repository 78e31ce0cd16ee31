// Where a shard iterator stands, read from the iterator itself.
import { createDecipheriv } from "node:crypto";

export interface Position {
  readonly streamName: string;
  readonly shardId: string;
  /** Of the next record at the earliest. */
  readonly sequenceNumber: string;
}

/**
 * From kinesalite's database module: its iterators are eight bytes, then time/stream/shard/sequence number/padding,
 * encrypted.
 */
interface Cipher {
  readonly ITERATOR_PWD_KEY: Buffer;
  readonly ITERATOR_PWD_IV: Buffer;
}

let cipher: Cipher | undefined;

/** Returns undefined for a text that is not an iterator. */
export function positionOf(iterator: string): Position | undefined {
  cipher ??= require("kinesalite/db") as Cipher;
  try {
    const decipher = createDecipheriv("aes-256-cbc", cipher.ITERATOR_PWD_KEY, cipher.ITERATOR_PWD_IV);
    const bytes = decipher.update(Buffer.from(iterator, "base64").subarray(8));
    const [, streamName, shardId, sequenceNumber] = Buffer.concat([bytes, decipher.final()])
      .toString("utf8")
      .split("/");
    if (streamName === undefined || shardId === undefined || sequenceNumber === undefined) return undefined;
    return { streamName, shardId, sequenceNumber };
  } catch {
    return undefined;
  }
}
