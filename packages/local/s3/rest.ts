// S3's REST API: method, path, query and headers to actions and their input. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
import { randomBytes, randomUUID } from "node:crypto";
import { parseXML } from "@aws-sdk/xml-builder";
import type { FrontHandler, FrontRequest } from "../protocol/http";
import { type Ask, type Message, ServiceError } from "../service/ask";
import { isChunked, unchunked } from "./aws-chunked";
import { asS3Error, notImplemented } from "./errors";
import { isOfSignature, refuseExpired } from "./presigned";
import { answerTo, errorAnswer } from "./rest-answers";

/** What requests say by a parameter without a value, and what is done then. Of others the run has nothing. */
const ofBuckets: Readonly<Record<string, string>> = {
  "PUT ": "CreateBucket",
  "DELETE ": "DeleteBucket",
  "HEAD ": "HeadBucket",
  "GET ": "ListObjects",
  "GET list-type": "ListObjectsV2",
  "GET location": "GetBucketLocation",
  "GET uploads": "ListMultipartUploads",
  "POST delete": "DeleteObjects",
};
const ofObjects: Readonly<Record<string, string>> = {
  "PUT ": "PutObject",
  "PUT copy": "CopyObject",
  "PUT uploadId": "UploadPart",
  "PUT uploadId copy": "UploadPartCopy",
  "PUT tagging": "PutObjectTagging",
  "GET ": "GetObject",
  "GET uploadId": "ListParts",
  "GET tagging": "GetObjectTagging",
  "HEAD ": "HeadObject",
  "DELETE ": "DeleteObject",
  "DELETE uploadId": "AbortMultipartUpload",
  "DELETE tagging": "DeleteObjectTagging",
  "POST uploads": "CreateMultipartUpload",
  "POST uploadId": "CompleteMultipartUpload",
};

/** Parameters that choose what is done; others are members of the input. */
const subresources = [
  ...["accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering"],
  ...["inventory", "legal-hold", "lifecycle", "list-type", "location", "logging", "metrics", "notification"],
  ...["object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "replication"],
  ...["requestPayment", "restore", "retention", "select", "tagging", "torrent", "uploadId", "uploads", "versioning"],
  ...["versions", "website"],
];

/** Members that have another name as a parameter than `continuation-token` would have. */
const ofQuery: Readonly<Record<string, string>> = {
  uploadId: "UploadId",
  partNumber: "PartNumber",
  versionId: "VersionId",
};

const ofHeaders = [
  ...["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"],
  ...["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "range"],
];

/** Headers whose member is not the header's name in capitals. */
const named: Readonly<Record<string, string>> = {
  "content-md5": "ContentMD5",
  "x-amz-sdk-checksum-algorithm": "ChecksumAlgorithm",
  "x-amz-checksum-algorithm": "ChecksumAlgorithm",
  "x-amz-checksum-crc32": "ChecksumCRC32",
  "x-amz-checksum-crc32c": "ChecksumCRC32C",
  "x-amz-checksum-crc64nvme": "ChecksumCRC64NVME",
  "x-amz-checksum-sha1": "ChecksumSHA1",
  "x-amz-checksum-sha256": "ChecksumSHA256",
  "x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
  "x-amz-server-side-encryption-bucket-key-enabled": "BucketKeyEnabled",
};

/** What changes what happens, and that the local run does not have. */
const refused: readonly (readonly [prefix: string, what: string])[] = [
  ["x-amz-server-side-encryption-customer-", "encryption with keys of customers"],
  ["x-amz-object-lock-", "object lock"],
  ["x-amz-grant-", "access control lists"],
];

export function s3Handler(ask: Ask): FrontHandler {
  return async (request) => {
    const own = {
      "x-amz-request-id": randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase(),
      "x-amz-id-2": randomBytes(48).toString("base64"),
    };
    try {
      const { action, input } = callOf(request);
      const output = await ask(request.principal, "s3", action, input, { signal: request.signal });
      const { status, headers, body } = answerTo(action, input, output);
      return { status, headers: { ...own, ...headers }, body };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { status, headers, body } = errorAnswer(asS3Error(error), request.path, own["x-amz-request-id"]);
      return { status, headers: { ...own, ...headers }, body };
    }
  };
}

function callOf(request: FrontRequest): { readonly action: string; readonly input: Message } {
  refuseExpired(request.query);
  const [, bucket = "", ...rest] = request.path.split("/");
  const key = decoded(rest.join("/"));
  const headers = headersOf(request);
  const input: Record<string, unknown> = {
    ...membersOfQuery(request.query),
    ...membersOfHeaders(headers),
    ...(bucket !== "" && { Bucket: decoded(bucket) }),
    ...(key !== "" && { Key: key }),
  };
  const action = actionOf(request, bucket, key, headers);
  const withBody = bodyOf(action, request, headers);
  return { action, input: { ...input, ...withBody } };
}

function actionOf({ method, query }: FrontRequest, bucket: string, key: string, headers: Headers): string {
  if (bucket === "") {
    if (method === "GET") return "ListBuckets";
    throw new ServiceError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);
  }
  const subresource = subresources.find((each) => query.has(each)) ?? "";
  const isCopy = method === "PUT" && headers["x-amz-copy-source"] !== undefined;
  const chosen = `${method} ${[subresource, ...(isCopy ? ["copy"] : [])].filter(Boolean).join(" ")}`;
  const action = (key === "" ? ofBuckets : ofObjects)[chosen];
  if (action !== undefined) return action;
  throw notImplemented(
    `${method}${subresource && ` ?${subresource}`} of ${key === "" ? "a bucket" : "an object"}`,
    "leave it out of what runs locally",
  );
}

type Headers = Readonly<Record<string, string>>;

/** A presigned address has headers among its parameters. What it says of a checksum is of the body that it was signed without. */
function headersOf({ headers, query }: FrontRequest): Headers {
  const ofAddress = [...query]
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith("x-amz-") && !name.includes("checksum"));
  return { ...Object.fromEntries(ofAddress), ...headers };
}

function membersOfQuery(query: URLSearchParams): Message {
  return Object.fromEntries(
    [...query]
      .filter(([name]) => !isOfSignature(name))
      .map(([name, value]) => [ofQuery[name] ?? memberOf(name), value]),
  );
}

function membersOfHeaders(headers: Headers): Message {
  const members: Record<string, unknown> = {};
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const what = refused.find(([prefix]) => name.startsWith(prefix))?.[1];
    if (what !== undefined) throw notImplemented(what, `leave the header ${name} out`);
    if (name.startsWith("x-amz-meta-")) metadata[name.slice("x-amz-meta-".length)] = value;
    else if (named[name] !== undefined) members[named[name]] = value;
    else if (name.startsWith("x-amz-")) members[memberOf(name.slice("x-amz-".length))] = value;
    else if (ofHeaders.includes(name)) members[memberOf(name)] = value;
  }
  const acl = members.Acl;
  if (acl !== undefined && !/^(private|bucket-owner-(full-control|read))$/.test(String(acl))) {
    throw notImplemented(`the access control list "${String(acl)}"`, "grant access by the policy of the bucket");
  }
  if (members.CopySource !== undefined) members.CopySource = headers["x-amz-copy-source"];
  return { ...members, Metadata: metadata };
}

/** `continuation-token` is `ContinuationToken`. */
const memberOf = (name: string) =>
  name
    .split("-")
    .map((each) => each.charAt(0).toUpperCase() + each.slice(1))
    .join("");

function bodyOf(action: string, request: FrontRequest, headers: Headers): Message {
  const { body, trailers } = isChunked(headers) ? unchunked(request.body) : { body: request.body, trailers: {} };
  switch (action) {
    case "PutObject":
    case "UploadPart": {
      const { ContentEncoding, Metadata, ...ofTrailers } = membersOfHeaders({
        ...trailers,
        "content-encoding": headers["content-encoding"] ?? "",
      });
      // How the body came is no property of the object.
      const encoding = String(ContentEncoding)
        .split(",")
        .map((each) => each.trim())
        .filter((each) => each !== "aws-chunked");
      return { Body: body, ...ofTrailers, ContentEncoding: encoding.join(",") };
    }
    case "DeleteObjects": {
      const { Delete } = xmlIn(body);
      const { Object: objects = [], Quiet } = recordIn(Delete);
      return { Delete: { Objects: [objects].flat(), Quiet } };
    }
    case "CompleteMultipartUpload": {
      const { CompleteMultipartUpload } = xmlIn(body);
      return { MultipartUpload: { Parts: [recordIn(CompleteMultipartUpload).Part ?? []].flat() } };
    }
    case "PutObjectTagging": {
      const { TagSet } = recordIn(xmlIn(body).Tagging);
      return { Tagging: { TagSet: [recordIn(TagSet).Tag ?? []].flat() } };
    }
    default:
      return {};
  }
}

function xmlIn(body: Buffer): Message {
  try {
    return recordIn(parseXML(body.toString("utf8")));
  } catch {
    throw new ServiceError(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
    );
  }
}

const recordIn = (value: unknown): Message => (typeof value === "object" && value !== null ? { ...value } : {});

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceError("InvalidURI", "Couldn't parse the specified URI.");
  }
}
