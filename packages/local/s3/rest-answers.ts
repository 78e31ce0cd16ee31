// Answers of S3's REST API: headers, bodies of objects, and XML.
import type { FrontResponse } from "../protocol/http";
import { element } from "../protocol/query";
import type { Message, ServiceError } from "../service/ask";

const xml = { "content-type": "application/xml" };
const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** Members that are headers, in each answer that has them. */
const headerNames: Readonly<Record<string, string>> = {
  AcceptRanges: "accept-ranges",
  BucketKeyEnabled: "x-amz-server-side-encryption-bucket-key-enabled",
  BucketRegion: "x-amz-bucket-region",
  CacheControl: "cache-control",
  ChecksumCRC32: "x-amz-checksum-crc32",
  ChecksumCRC32C: "x-amz-checksum-crc32c",
  ChecksumCRC64NVME: "x-amz-checksum-crc64nvme",
  ChecksumSHA1: "x-amz-checksum-sha1",
  ChecksumSHA256: "x-amz-checksum-sha256",
  ChecksumType: "x-amz-checksum-type",
  ContentDisposition: "content-disposition",
  ContentEncoding: "content-encoding",
  ContentLanguage: "content-language",
  ContentRange: "content-range",
  ContentType: "content-type",
  ETag: "etag",
  Expires: "expires",
  LastModified: "last-modified",
  Location: "location",
  SSEKMSKeyId: "x-amz-server-side-encryption-aws-kms-key-id",
  ServerSideEncryption: "x-amz-server-side-encryption",
  StorageClass: "x-amz-storage-class",
  TagCount: "x-amz-tagging-count",
  WebsiteRedirectLocation: "x-amz-website-redirect-location",
};

/** Actions whose answer is XML, by the root element. */
const roots: Readonly<Record<string, string>> = {
  CompleteMultipartUpload: "CompleteMultipartUploadResult",
  CreateMultipartUpload: "InitiateMultipartUploadResult",
  DeleteObjects: "DeleteResult",
  GetObjectTagging: "Tagging",
  ListBuckets: "ListAllMyBucketsResult",
  ListMultipartUploads: "ListMultipartUploadsResult",
  ListObjects: "ListBucketResult",
  ListObjectsV2: "ListBucketResult",
  ListParts: "ListPartsResult",
};

/** Lists whose members have an element of their own around them. */
const wrapped: Readonly<Record<string, string>> = { Buckets: "Bucket", TagSet: "Tag" };

/** What `EncodingType` is about. */
const encodable = new Set(["Key", "Prefix", "Delimiter", "Marker", "NextMarker", "StartAfter"]);

const withoutContent = new Set(["DeleteBucket", "DeleteObject", "DeleteObjectTagging", "AbortMultipartUpload"]);

export function answerTo(action: string, input: Message, output: Message): FrontResponse {
  if (withoutContent.has(action)) return { status: 204, headers: {}, body: "" };
  const root = roots[action];
  if (root !== undefined) {
    const encodes = input.EncodingType === "url";
    return {
      status: 200,
      headers: { ...headersOf(encryptionIn(output)), ...xml },
      body: documentOf(root, childrenOf(output, encodes)),
    };
  }
  if (action === "GetBucketLocation") {
    return { status: 200, headers: xml, body: documentOf("LocationConstraint", String(output.LocationConstraint)) };
  }
  const { Body, Metadata = {}, CopyObjectResult, CopyPartResult, ...members } = output;
  const copied = Object.entries({ CopyObjectResult, CopyPartResult }).find(([, value]) => value !== undefined);
  if (copied !== undefined) {
    const [name, value] = copied;
    return {
      status: 200,
      headers: { ...headersOf(members), ...xml },
      body: documentOf(name, childrenOf(value as Message, false)),
    };
  }
  const metadata = Object.entries(Metadata as object).map(([name, value]) => [`x-amz-meta-${name}`, String(value)]);
  return {
    status: members.ContentRange === undefined ? 200 : 206,
    headers: { ...headersOf(members), ...Object.fromEntries(metadata) },
    body: Buffer.isBuffer(Body) ? Body : "",
  };
}

export function errorAnswer(error: ServiceError, path: string, requestId: string): FrontResponse {
  if (error.status === 304) return { status: 304, headers: headersOf(error.fields), body: "" };
  const fields = Object.entries(error.fields).map(([name, value]) => element(name, value));
  const parts = [
    element("Code", error.code),
    element("Message", error.message),
    ...fields,
    element("Resource", path),
    element("RequestId", requestId),
  ];
  return { status: error.status, headers: xml, body: `${declaration}<Error>${parts.join("")}</Error>` };
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

const documentOf = (root: string, children: string) =>
  `${declaration}<${root} xmlns="${namespace}">${children}</${root}>`;

function childrenOf(members: Message, encodes: boolean): string {
  return Object.entries(members)
    .flatMap(([name, value]) => {
      if (value === undefined) return [];
      const inner = wrapped[name];
      if (inner !== undefined) return [`<${name}>${listOf(inner, value, encodes)}</${name}>`];
      if (Array.isArray(value)) return [listOf(name, value, encodes)];
      if (typeof value === "object" && value !== null)
        return [`<${name}>${childrenOf({ ...value }, encodes)}</${name}>`];
      return [element(name, encodes && encodable.has(name) ? urlEncoded(String(value)) : value)];
    })
    .join("");
}

const listOf = (name: string, values: unknown, encodes: boolean) =>
  (values as readonly Message[]).map((each) => `<${name}>${childrenOf(each, encodes)}</${name}>`).join("");

const urlEncoded = (text: string) => encodeURIComponent(text).replaceAll("%2F", "/");

const encryptionIn = ({ ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled }: Message): Message => ({
  ServerSideEncryption,
  SSEKMSKeyId,
  BucketKeyEnabled,
});

function headersOf(members: Message): Record<string, string> {
  const given = Object.entries(members).flatMap(([member, value]) => {
    const name = headerNames[member];
    return name === undefined || value === undefined || value === "" ? [] : [[name, String(value)]];
  });
  return Object.fromEntries(given);
}
