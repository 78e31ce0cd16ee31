// Addresses that are signed in their query, by version 4 of AWS's signatures or by version 2, with which boto3 begins.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
import { ServiceError } from "../service/ask";
import { invalidArgument } from "./errors";

/** Signatures are not checked, but the time until which a presigned address is valid is. */
export function refuseExpired(query: URLSearchParams): void {
  const end = query.has("Signature") ? Number(query.get("Expires")) * 1000 : endOf(query);
  if (Date.now() > end) throw new ServiceError("AccessDenied", "Request has expired", 403);
}

/** Milliseconds since the epoch, by version 4 of signatures. */
function endOf(query: URLSearchParams): number {
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
  return signed + Number(seconds) * 1000;
}
