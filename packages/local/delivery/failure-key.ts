// The keys under which Lambda stores records of failures in a bucket.
// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html and
// invocation-async-retain-records.html
import { randomUUID } from "node:crypto";

/**
 * `source`: where the failure comes from, as `<id of the mapping>/<id of the shard>` or `async/<name of the function>`.
 * `now`: milliseconds since the epoch.
 */
export function failureKey(source: string, now: number): string {
  const [day = "", time = ""] = new Date(now).toISOString().slice(0, 19).split("T");
  return `aws/lambda/${source}/${day.replaceAll("-", "/")}/${day}T${time.replaceAll(":", ".")}-${randomUUID()}`;
}
