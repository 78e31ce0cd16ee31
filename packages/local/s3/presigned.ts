// Addresses that are signed in their query, by version 4 of AWS's signatures or by version 2, with which boto3 begins.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
import { type Principal, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import { invalidArgument } from "./errors";

/** What the validity of an address is measured with. */
export type SigningClock = Pick<Clock, "ahead" | "at">;

/**
 * Signatures are not checked, but the time until which a presigned address is valid is. `signer`: whose key it is
 * signed with.
 */
export function refuseExpired(query: URLSearchParams, signer: Principal, clock: SigningClock): void {
  const isExpired = query.has("Signature")
    ? Date.now() > Number(query.get("Expires")) * 1000
    : Date.now() + (clock.ahead ?? 0) > endOf(query, signer, clock);
  if (isExpired) throw new ServiceError("AccessDenied", "Request has expired", 403);
}

/** Milliseconds since the epoch, by version 4 of signatures. */
function endOf(query: URLSearchParams, signer: Principal, clock: SigningClock): number {
  const seconds = query.get("X-Amz-Expires");
  if (seconds === null) return Number.POSITIVE_INFINITY;
  const date = (query.get("X-Amz-Date") ?? "").replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
    "$1-$2-$3T$4:$5:$6Z",
  );
  const signed = Date.parse(date);
  if (Number.isNaN(signed)) {
    throw invalidArgument("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  return signedAt(signed, signer, clock) + Number(seconds) * 1000;
}

/**
 * Where the run's clock skips time, functions sign with its time, and all other clients with the real one. These were
 * in the second that they name when it began or later, so that an address is not refused too early.
 */
function signedAt(second: number, { kind }: Principal, { ahead, at }: SigningClock): number {
  return ahead === undefined || kind === "function" ? second : at(Math.min(second + 999, Date.now()));
}
