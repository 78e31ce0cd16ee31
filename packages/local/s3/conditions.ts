// Conditional requests and ranges. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
import { type Message, ServiceError } from "../service/ask";
import type { StoredObject } from "./bucket";
import { noSuchKey, preconditionFailed } from "./errors";

const names = (tags: unknown, etag: string) =>
  String(tags)
    .split(",")
    .map((each) => each.trim().replace(/^W\//, "").replace(/^"|"$/g, ""))
    .some((each) => each === "*" || each === etag);

/** HTTP's times are in seconds. */
const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
const timeOf = (value: unknown) => seconds(Date.parse(String(value)));

/**
 * Throws if the object must not be read. A condition on the ETag that holds outweighs one on the time. `prefix` is that
 * of the members' names.
 */
export function checkRead(input: Message, { etag, lastModified }: StoredObject, prefix: "" | "CopySource" = ""): void {
  const given = (name: string) => input[`${prefix}${name}`];
  const changed = seconds(lastModified);
  if (given("IfMatch") !== undefined) {
    if (!names(given("IfMatch"), etag)) throw preconditionFailed("If-Match");
  } else if (changed > timeOf(given("IfUnmodifiedSince"))) {
    throw preconditionFailed("If-Unmodified-Since");
  }
  const isSame =
    given("IfNoneMatch") === undefined
      ? changed <= timeOf(given("IfModifiedSince"))
      : names(given("IfNoneMatch"), etag);
  if (!isSame) return;
  throw prefix === ""
    ? new ServiceError("NotModified", "Not Modified", 304, { ETag: etag })
    : preconditionFailed("If-None-Match");
}

/** Throws if the object must not be written because of the one that is there. */
export function checkWrite(input: Message, key: string, present: StoredObject | undefined): void {
  if (input.IfNoneMatch !== undefined && present !== undefined) throw preconditionFailed("If-None-Match");
  if (input.IfMatch === undefined) return;
  if (present === undefined) throw noSuchKey(key);
  if (!names(input.IfMatch, present.etag)) throw preconditionFailed("If-Match");
}

export interface Range {
  readonly first: number;
  /** Included. */
  readonly last: number;
}

/** Undefined means the whole object. A text that is not a range of bytes is ignored, as in HTTP. */
export function rangeOf(text: unknown, length: number): Range | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(String(text ?? "")) ?? [];
  if (from === "" && to === "") return undefined;
  const first = from === "" ? Math.max(0, length - Number(to)) : Number(from);
  const last = from === "" || to === "" ? length - 1 : Math.min(Number(to), length - 1);
  if (first > last) {
    throw new ServiceError("InvalidRange", "The requested range is not satisfiable", 416, {
      RangeRequested: text,
      ActualObjectSize: length,
    });
  }
  return { first, last };
}
