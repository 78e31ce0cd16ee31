// The ARN of an SNS subscription. The evaluated program and the local run must agree on it.
import { createHash } from "node:crypto";

/**
 * AWS generates an id for each new subscription. Here the id is the same for the same endpoint of the same topic in
 * every run, so that the evaluated program knows it.
 */
export function subscriptionArn(topicArn: string, protocol: string, endpoint: string): string {
  const hash = createHash("sha256").update(`${topicArn} ${protocol} ${endpoint}`).digest("hex");
  return `${topicArn}:${hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5")}`;
}
