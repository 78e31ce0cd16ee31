// Pages of the keys of a bucket. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import type { Message } from "../service/ask";
import type { Bucket, StoredObject } from "./bucket";
import { checksumMembers } from "./checksums";
import { invalidArgument } from "./errors";

const mostKeys = 1000;

interface Page {
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  /** The last key or common prefix of the page, if more come after it. */
  readonly next: string | undefined;
}

/**
 * The keys after `after`, in the order of their bytes. Keys with the delimiter behind the prefix count once, as a
 * common prefix.
 */
function pageOf({ objects }: Bucket, input: Message, after: string): Page {
  const prefix = textIn(input, "Prefix");
  const delimiter = textIn(input, "Delimiter");
  const limit = limitOf(input.MaxKeys);
  const found: StoredObject[] = [];
  const prefixes = new Set<string>();
  let last = "";
  for (const key of sortedKeys(objects.keys())) {
    const object = objects.get(key);
    if (object === undefined || !key.startsWith(prefix)) continue;
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    const entry = common ?? key;
    if (compareBytes(entry, after) <= 0 || (common !== undefined && prefixes.has(common))) continue;
    if (found.length + prefixes.size === limit)
      return { objects: found, prefixes: [...prefixes], next: limit === 0 ? undefined : last };
    if (common === undefined) found.push(object);
    else prefixes.add(common);
    last = entry;
  }
  return { objects: found, prefixes: [...prefixes], next: undefined };
}

export function listObjectsV2(bucket: Bucket, input: Message): Message {
  const { ContinuationToken, StartAfter } = input;
  const after = ContinuationToken === undefined ? String(StartAfter ?? "") : keyOfToken(String(ContinuationToken));
  const page = pageOf(bucket, input, after);
  return {
    ...answerOf(bucket, input, page),
    KeyCount: page.objects.length + page.prefixes.length,
    StartAfter,
    ContinuationToken,
    NextContinuationToken: page.next && Buffer.from(page.next).toString("base64"),
  };
}

export function listObjects(bucket: Bucket, input: Message): Message {
  const page = pageOf(bucket, input, textIn(input, "Marker"));
  // Without a delimiter the last key is the next marker, and S3 leaves the member out.
  const NextMarker = textIn(input, "Delimiter") === "" ? undefined : page.next;
  return { ...answerOf(bucket, input, page), Marker: textIn(input, "Marker"), NextMarker };
}

function answerOf({ name }: Bucket, input: Message, { objects, prefixes, next }: Page): Message {
  return {
    Name: name,
    Prefix: textIn(input, "Prefix"),
    Delimiter: input.Delimiter,
    MaxKeys: limitOf(input.MaxKeys),
    EncodingType: input.EncodingType,
    IsTruncated: next !== undefined,
    Contents: objects.map(({ key, body, etag, lastModified, checksum }) => ({
      Key: key,
      LastModified: new Date(lastModified).toISOString(),
      ETag: `"${etag}"`,
      ...(checksum && {
        ChecksumAlgorithm: [checksum.algorithm],
        ChecksumType: checksumMembers(checksum).ChecksumType,
      }),
      Size: body.length,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: prefixes.map((Prefix) => ({ Prefix })),
  };
}

function limitOf(MaxKeys: unknown): number {
  if (MaxKeys === undefined) return mostKeys;
  if (!/^\d+$/.test(String(MaxKeys))) throw invalidArgument("Provided max-keys not an integer or within integer range");
  return Math.min(mostKeys, Number(MaxKeys));
}

function keyOfToken(token: string): string {
  const key = Buffer.from(token, "base64").toString();
  if (Buffer.from(key).toString("base64") !== token) {
    throw invalidArgument("The continuation token provided is incorrect");
  }
  return key;
}

const textIn = (input: Message, name: string) => String(input[name] ?? "");
const compareBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function sortedKeys(keys: Iterable<string>): readonly string[] {
  return [...keys]
    .map((key) => ({ key, bytes: Buffer.from(key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ key }) => key);
}
