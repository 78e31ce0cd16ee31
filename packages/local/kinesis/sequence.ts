// Sequence numbers and hash keys as kinesalite makes them, several times faster: writing and reading spend most of
// their time on them.
import { createHash } from "node:crypto";

/** What a sequence number says. Times in milliseconds since the epoch, in whole seconds. */
export interface Sequence {
  readonly shardCreateTime: number;
  readonly seqTime: number;
}

interface Parts {
  readonly version?: number;
  readonly shardCreateTime: number;
  readonly seqTime?: number;
  readonly seqIx?: number | string | null;
  readonly shardIx?: number;
  readonly byte1?: string;
}

/** A whole number of any size, as bignumber.js has it. */
export interface Decimal {
  comparedTo(other: string | number | Decimal): number;
}

/** The part of kinesalite's database module that its actions calculate with. */
export interface Arithmetic {
  parseSequence(sequenceNumber: string): Sequence;
  stringifySequence(parts: Parts): string;
  partitionKeyToHashKey(partitionKey: string): Decimal;
}

/** Changes `module` in place. Unusual numbers are still handled by the functions that it had. */
export function accelerate(module: Arithmetic, decimal: (digits: string) => Decimal): void {
  const { parseSequence, stringifySequence } = module;
  module.parseSequence = (sequenceNumber) => parse(sequenceNumber) ?? parseSequence(sequenceNumber);
  module.stringifySequence = (parts) => ((parts.version ?? 2) === 2 ? stringify(parts) : stringifySequence(parts));
  module.partitionKeyToHashKey = (partitionKey) =>
    decimal(String(BigInt(`0x${createHash("md5").update(partitionKey, "utf8").digest("hex")}`)));
}

/**
 * 47 hexadecimal digits: 2, second of the shard's creation (9), last digit of the shard's number, index (16), 00,
 * second of the
 * record (9), the shard's number (8), 2.
 */
const layout = /^2([0-9a-f]{9})[0-9a-f]([0-7][0-9a-f]{15})([0-9a-f]{2})([0-9a-f]{9})([0-7][0-9a-f]{7})2$/;
const latestCreation = 16_025_175_000;

function parse(sequenceNumber: string): (Sequence & Parts) | undefined {
  if (!/^\d{50,60}$/.test(sequenceNumber)) return undefined;
  const [, created = "", index, byte1 = "", time = "", shard = ""] =
    layout.exec(BigInt(sequenceNumber).toString(16)) ?? [];
  const seconds = Number.parseInt(created, 16);
  if (index === undefined || seconds >= latestCreation) return undefined;
  return {
    shardCreateTime: seconds * 1000,
    seqIx: String(BigInt(`0x${index}`)),
    byte1,
    seqTime: Number.parseInt(time, 16) * 1000,
    shardIx: Number.parseInt(shard, 16),
    version: 2,
  };
}

function stringify({ shardCreateTime, seqTime, seqIx, shardIx = 0, byte1 = "00" }: Parts): string {
  const seconds = (milliseconds: number) =>
    Math.floor(milliseconds / 1000)
      .toString(16)
      .padStart(9, "0")
      .slice(-9);
  const digits = [
    "2",
    seconds(shardCreateTime),
    shardIx.toString(16).slice(-1),
    BigInt(seqIx || 0)
      .toString(16)
      .padStart(16, "0")
      .slice(-16),
    byte1,
    seconds(seqTime || shardCreateTime),
    shardIx.toString(16).padStart(8, "0").slice(-8),
    "2",
  ];
  return String(BigInt(`0x${digits.join("")}`));
}
