// The ARN of an SNS subscription, which the evaluated program and the local run must agree on.
import { createHash } from "node:crypto";

/**
 * AWS makes up a new id with each subscription. Here it is the same in every run, for the same endpoint of the same topic,
 * so that the evaluated program can know it.
 */
export function subscriptionArn(topicArn: string, protocol: string, endpoint: string): string {
  const hash = createHash("sha256").update(`${topicArn} ${protocol} ${endpoint}`).digest("hex");
  return `${topicArn}:${hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5")}`;
}
