// The permission that an action of CloudWatch Logs needs. AWS judges each on a stream, whose name is empty where the
// action is about the group, and for DescribeLogGroups on a group whose name is empty too.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
import { groupNameIn } from "../logs/group-name";
import type { Message } from "../service/ask";
import type { Requirement, RequirementSettings } from "./requirement";

/** A policy for `<ARN of the group>:*` covers them all. One for the ARN alone covers none. */
export function logRequirement(action: string, input: Message, arnOf: RequirementSettings["arnOf"]): Requirement {
  const { logGroupName, logGroupIdentifier, logStreamName } = input;
  const group = groupNameIn(String(logGroupName ?? logGroupIdentifier ?? ""));
  const ofStream = action === "PutLogEvents" || action === "GetLogEvents" || action === "CreateLogStream";
  const stream = ofStream ? String(logStreamName ?? "") : "";
  return { permission: `logs:${action}`, resource: arnOf("logs", `log-group:${group}:log-stream:${stream}`) };
}
