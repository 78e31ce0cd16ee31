// The objects of a bucket: how they are written and read.
import { createHash } from "node:crypto";
import { type Message, ServiceError } from "../service/ask";
import type { Bucket, Description, StoredObject } from "./bucket";
import { checkedChecksum, checksumMembers } from "./checksums";
import { checkRead, checkWrite, rangeOf } from "./conditions";
import { invalidArgument, noSuchKey } from "./errors";

/** What is kept of an object's headers. */
const kept = [
  ...["CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires"],
  ...["ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled", "StorageClass", "WebsiteRedirectLocation"],
];

/** Answered by writes as well. */
const ofEncryption = ["ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled"];

/** Bytes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const longestKey = 1024;
/** Bytes of the names and values of user-defined metadata. */
const mostMetadata = 2048;

export const bodyIn = ({ Body }: Message): Buffer => (Buffer.isBuffer(Body) ? Body : Buffer.from(String(Body ?? "")));

export const md5Of = (body: Buffer) => createHash("md5").update(body).digest("hex");

export function keyIn({ Key }: Message): string {
  const key = String(Key);
  if (Buffer.byteLength(key) <= longestKey) return key;
  throw new ServiceError("KeyTooLongError", "Your key is too long", 400, { MaxSizeAllowed: longestKey });
}

export function descriptionIn(input: Message): Description {
  const headers = Object.fromEntries(kept.flatMap((name) => (input[name] ? [[name, String(input[name])]] : [])));
  const metadata = (input.Metadata ?? {}) as Readonly<Record<string, string>>;
  const size = Object.entries(metadata).reduce((sum, pair) => sum + Buffer.byteLength(pair.join("")), 0);
  if (size > mostMetadata) {
    throw new ServiceError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400, {
      Size: size,
      MaxSizeAllowed: mostMetadata,
    });
  }
  const tags = Object.fromEntries(new URLSearchParams(String(input.Tagging ?? "")));
  return { headers: { ContentType: "binary/octet-stream", ...headers }, metadata, tags };
}

/** Members of an answer that say how it is stored. */
export const encryptionOf = ({ headers }: Description): Message =>
  Object.fromEntries(ofEncryption.map((name) => [name, headers[name]]));

export function putObject(bucket: Bucket, input: Message, now: number): { object: StoredObject; answer: Message } {
  const key = keyIn(input);
  const body = bodyIn(input);
  const checksum = checkedChecksum(input, body);
  checkWrite(input, key, bucket.objects.get(key));
  const object = { ...descriptionIn(input), key, body, etag: md5Of(body), lastModified: now, checksum };
  bucket.objects.set(key, object);
  return { object, answer: { ETag: `"${object.etag}"`, ...checksumMembers(checksum), ...encryptionOf(object) } };
}

export function getObject(object: StoredObject, input: Message): Message {
  checkRead(input, object);
  const { body, checksum } = object;
  const range = rangeOf(input.Range, body.length);
  const overridden = Object.entries(input).flatMap(([name, value]) =>
    name.startsWith("Response") ? [[name.slice("Response".length), value]] : [],
  );
  return {
    ...object.headers,
    ...Object.fromEntries(overridden),
    Metadata: object.metadata,
    ETag: `"${object.etag}"`,
    LastModified: new Date(object.lastModified).toUTCString(),
    AcceptRanges: "bytes",
    // With a part of an object S3 does not answer the checksum of the whole.
    ...(input.ChecksumMode === "ENABLED" && range === undefined && checksumMembers(checksum)),
    ...(Object.keys(object.tags).length > 0 && { TagCount: String(Object.keys(object.tags).length) }),
    ...(range && { ContentRange: `bytes ${range.first}-${range.last}/${body.length}` }),
    Body: range === undefined ? body : body.subarray(range.first, range.last + 1),
  };
}

export function copyObject(
  source: StoredObject,
  bucket: Bucket,
  input: Message,
  now: number,
): { object: StoredObject; answer: Message } {
  checkRead(input, source, "CopySource");
  const key = keyIn(input);
  checkWrite(input, key, bucket.objects.get(key));
  const given = descriptionIn(input);
  const replacesMetadata = input.MetadataDirective === "REPLACE";
  const { StorageClass, ...encryption } = given.headers;
  if (
    bucket.objects.get(key) === source &&
    !replacesMetadata &&
    StorageClass === undefined &&
    Object.keys(encryption).length === 1
  ) {
    throw new ServiceError(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const checksum =
    input.ChecksumAlgorithm === undefined
      ? source.checksum
      : checkedChecksum({ ChecksumAlgorithm: input.ChecksumAlgorithm }, source.body);
  const object: StoredObject = {
    key,
    body: source.body,
    // An object that was uploaded in parts is one piece in its copy.
    etag: md5Of(source.body),
    lastModified: now,
    checksum: checksum?.value.includes("-")
      ? checkedChecksum({ ChecksumAlgorithm: checksum.algorithm }, source.body)
      : checksum,
    headers: replacesMetadata ? given.headers : { ...source.headers, ...withoutContentType(given.headers) },
    metadata: replacesMetadata ? given.metadata : source.metadata,
    tags: input.TaggingDirective === "REPLACE" ? given.tags : source.tags,
  };
  bucket.objects.set(key, object);
  const copied = { ETag: `"${object.etag}"`, LastModified: new Date(now).toISOString() };
  return {
    object,
    answer: { CopyObjectResult: { ...copied, ...checksumMembers(object.checksum) }, ...encryptionOf(object) },
  };
}

const withoutContentType = ({ ContentType, ...headers }: Readonly<Record<string, string>>) => headers;

/** `bucket/key`, `/bucket/key`, percent-encoded. */
export function copySourceOf(input: Message): { readonly bucket: string; readonly key: string } {
  const source = String(input.CopySource);
  const [path = "", query] = source.split("?");
  if (query !== undefined)
    throw invalidArgument("The local run's S3 keeps no versions; leave versionId out of the source of a copy.");
  const decoded = percentDecoded(path.replace(/^\//, ""));
  const slash = decoded.indexOf("/");
  if (slash < 1) throw invalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  return { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1) };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function objectIn(bucket: Bucket, key: string): StoredObject {
  const object = bucket.objects.get(key);
  if (object === undefined) throw noSuchKey(key);
  return object;
}
