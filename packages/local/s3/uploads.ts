// Multipart uploads. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
import { createHash, randomBytes } from "node:crypto";
import { type Message, ServiceError } from "../service/ask";
import type { Bucket, Part, StoredObject, Upload } from "./bucket";
import { algorithmOf, checkedChecksum, checksumMembers, compositeChecksum, computed } from "./checksums";
import { checkRead, checkWrite, rangeOf } from "./conditions";
import { invalidArgument } from "./errors";
import { bodyIn, descriptionIn, encryptionOf, keyIn, md5Of } from "./objects";

/** Bytes of each part but the last. */
const smallestPart = 5 * 1024 * 1024;
const mostParts = 10_000;
const longestPage = 1000;

export function createUpload(bucket: Bucket, input: Message, now: number): Message {
  const upload: Upload = {
    ...descriptionIn(input),
    id: randomBytes(32).toString("base64url"),
    key: keyIn(input),
    initiated: now,
    algorithm: algorithmOf(input.ChecksumAlgorithm),
    isFullObject: input.ChecksumType === "FULL_OBJECT",
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    ChecksumAlgorithm: upload.algorithm,
    ...(upload.algorithm && { ChecksumType: upload.isFullObject ? "FULL_OBJECT" : "COMPOSITE" }),
    ...encryptionOf(upload),
  };
}

export function uploadPart(bucket: Bucket, input: Message, now: number): Message {
  const upload = uploadIn(bucket, input);
  const part = put(upload, input, bodyIn(input), now);
  return { ETag: `"${part.etag}"`, ...checksumMembers(part.checksum), ChecksumType: undefined };
}

export function copyPart(bucket: Bucket, source: StoredObject, input: Message, now: number): Message {
  const upload = uploadIn(bucket, input);
  checkRead(input, source, "CopySource");
  const range = rangeOf(input.CopySourceRange, source.body.length);
  const body = range === undefined ? source.body : source.body.subarray(range.first, range.last + 1);
  const part = put(upload, { PartNumber: input.PartNumber, ChecksumAlgorithm: upload.algorithm }, body, now);
  return { CopyPartResult: describe(part) };
}

function put(upload: Upload, input: Message, body: Buffer, now: number): Part {
  const number = Number(input.PartNumber);
  if (!Number.isInteger(number) || number < 1 || number > mostParts) {
    throw invalidArgument(`Part number must be an integer between 1 and ${mostParts}, inclusive`);
  }
  const checksum = checkedChecksum(input, body) ?? computed(upload.algorithm, body);
  const part = { number, body, etag: md5Of(body), lastModified: now, checksum };
  upload.parts.set(number, part);
  return part;
}

export function completeUpload(bucket: Bucket, input: Message, now: number): { object: StoredObject; answer: Message } {
  const upload = uploadIn(bucket, input);
  const { Parts = [] } = (input.MultipartUpload ?? {}) as { readonly Parts?: readonly Message[] };
  if (Parts.length === 0) {
    throw new ServiceError(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
    );
  }
  checkWrite(input, upload.key, bucket.objects.get(upload.key));
  const parts = Parts.map((each, index) => {
    const number = Number(each.PartNumber);
    if (index > 0 && number <= Number(Parts[index - 1]?.PartNumber)) {
      throw new ServiceError(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
      );
    }
    const part = upload.parts.get(number);
    if (part === undefined || String(each.ETag).replace(/"/g, "") !== part.etag) {
      throw new ServiceError(
        "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      );
    }
    return part;
  });
  const small = parts.slice(0, -1).find(({ body }) => body.length < smallestPart);
  if (small !== undefined) {
    throw new ServiceError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400, {
      ProposedSize: small.body.length,
      MinSizeAllowed: smallestPart,
      PartNumber: small.number,
    });
  }
  const body = Buffer.concat(parts.map((part) => part.body));
  const ofParts = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, "hex")));
  const checksum = upload.isFullObject
    ? (checkedChecksum(input, body) ?? computed(upload.algorithm, body))
    : compositeChecksum(
        upload.algorithm,
        parts.map((part) => part.checksum),
      );
  const { key, headers, metadata, tags } = upload;
  const etag = `${createHash("md5").update(ofParts).digest("hex")}-${parts.length}`;
  const object = { key, headers, metadata, tags, body, etag, lastModified: now, checksum };
  bucket.objects.set(key, object);
  bucket.uploads.delete(upload.id);
  const answer = {
    Bucket: bucket.name,
    Key: key,
    ETag: `"${etag}"`,
    ...checksumMembers(checksum),
    ...encryptionOf(upload),
  };
  return { object, answer };
}

export function abortUpload(bucket: Bucket, input: Message): Message {
  bucket.uploads.delete(uploadIn(bucket, input).id);
  return {};
}

export function listParts(bucket: Bucket, input: Message): Message {
  const upload = uploadIn(bucket, input);
  const after = Number(input.PartNumberMarker ?? 0);
  const limit = Math.min(longestPage, Number(input.MaxParts ?? longestPage));
  const rest = [...upload.parts.values()].filter(({ number }) => number > after).sort((a, b) => a.number - b.number);
  const page = rest.slice(0, limit);
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: after,
    ...(rest.length > limit && { NextPartNumberMarker: page.at(-1)?.number }),
    MaxParts: limit,
    IsTruncated: rest.length > limit,
    ChecksumAlgorithm: upload.algorithm,
    Parts: page.map((part) => ({ PartNumber: part.number, Size: part.body.length, ...describe(part) })),
  };
}

/** All of them on one page. */
export function listUploads({ name, uploads }: Bucket, { Prefix = "" }: Message): Message {
  return {
    Bucket: name,
    Prefix,
    MaxUploads: longestPage,
    IsTruncated: false,
    Uploads: [...uploads.values()]
      .filter(({ key }) => key.startsWith(String(Prefix)))
      .map(({ key, id, initiated, algorithm }) => ({
        Key: key,
        UploadId: id,
        Initiated: new Date(initiated).toISOString(),
        StorageClass: "STANDARD",
        ChecksumAlgorithm: algorithm,
      })),
  };
}

const describe = ({ etag, lastModified, checksum }: Part): Message => ({
  ETag: `"${etag}"`,
  LastModified: new Date(lastModified).toISOString(),
  ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value }),
});

function uploadIn({ uploads }: Bucket, { UploadId, Key }: Message): Upload {
  const upload = uploads.get(String(UploadId));
  if (upload?.key === Key && upload !== undefined) return upload;
  throw new ServiceError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    404,
  );
}
