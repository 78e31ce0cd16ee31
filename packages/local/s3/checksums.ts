// Checksums of objects and parts. SDK v3 sends CRC32 with each, and checks what it gets back.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { type Message, ServiceError } from "../service/ask";
import { invalidArgument } from "./errors";

const algorithms = ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"] as const;

export type ChecksumAlgorithm = (typeof algorithms)[number];

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64. Of an object in parts, the checksum of its parts' checksums, and how many parts there are: `…-3`. */
  readonly value: string;
}

export function algorithmOf(name: unknown): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const found = algorithms.find((each) => each === String(name).toUpperCase());
  if (found === undefined) throw invalidArgument(`Checksum algorithm provided is unsupported: ${String(name)}.`);
  return found;
}

/** Throws where a checksum or the MD5 that came with the body is not that of the body. */
export function checkedChecksum(input: Message, body: Buffer): Checksum | undefined {
  const { ContentMD5 } = input;
  if (ContentMD5 !== undefined && ContentMD5 !== createHash("md5").update(body).digest("base64")) {
    throw new ServiceError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  for (const algorithm of algorithms) {
    const given = input[`Checksum${algorithm}`];
    if (typeof given !== "string") continue;
    if (given !== (checksumOf(algorithm, body) ?? given)) {
      throw new ServiceError("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
    }
    return { algorithm, value: given };
  }
  // If a client names an algorithm and sends no value, the checksum is computed.
  return computed(algorithmOf(input.ChecksumAlgorithm), body);
}

export function computed(algorithm: ChecksumAlgorithm | undefined, body: Buffer): Checksum | undefined {
  const value = algorithm && checksumOf(algorithm, body);
  return algorithm && value !== undefined ? { algorithm, value } : undefined;
}

/** Of an object in parts: over the checksums of its parts. Undefined where a part has none. */
export function compositeChecksum(
  algorithm: ChecksumAlgorithm | undefined,
  parts: readonly (Checksum | undefined)[],
): Checksum | undefined {
  if (algorithm === undefined || parts.some((each) => each?.algorithm !== algorithm)) return undefined;
  const all = Buffer.concat(parts.map((each) => Buffer.from(each?.value ?? "", "base64")));
  const value = checksumOf(algorithm, all);
  return value === undefined ? undefined : { algorithm, value: `${value}-${parts.length}` };
}

/** The members of an answer. */
export const checksumMembers = (checksum: Checksum | undefined): Message =>
  checksum === undefined
    ? {}
    : {
        [`Checksum${checksum.algorithm}`]: checksum.value,
        ChecksumType: checksum.value.includes("-") ? "COMPOSITE" : "FULL_OBJECT",
      };

/**
 * Undefined means that the checksum is not computed here, and the client's is kept. That is CRC64NVME, which is slow in
 * JavaScript.
 */
function checksumOf(algorithm: ChecksumAlgorithm, body: Buffer): string | undefined {
  switch (algorithm) {
    case "CRC32":
      return base64Of(crc32(body));
    case "CRC32C":
      return base64Of(crc32c(body));
    case "SHA1":
    case "SHA256":
      return createHash(algorithm).update(body).digest("base64");
    case "CRC64NVME":
      return undefined;
  }
}

function base64Of(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString("base64");
}

/** Castagnoli's polynomial, reflected. */
const polynomial = 0x82f63b78;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value;
});

function crc32c(body: Buffer): number {
  let value = 0xffffffff;
  for (const byte of body) value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return value ^ 0xffffffff;
}
