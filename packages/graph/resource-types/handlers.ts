// What handles and forwards events: Lambda, EventBridge and EventBridge Scheduler.
import type { ResourceTypes } from "./resource-type";
import { joins, refused } from "./rules";

export const handlers: ResourceTypes = {
  "aws:lambda/function:Function": {
    identity: refused("name"),
    replacing: ["name", "packageType"],
    role: "role",
    deadLetters: { to: "deadLetterConfig.targetArn" },
    flow: { kind: "function", service: "lambda" },
    content: "code",
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    // https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html: ResourceConflictException.
    identity: refused("eventSourceArn", "functionName"),
    replacing: [
      ...["eventSourceArn", "startingPosition", "startingPositionTimestamp"],
      ...["queues", "topics", "selfManagedEventSource"],
    ],
    source: "eventSourceArn",
    target: "functionName",
    deadLetters: { to: "destinationConfig.onFailure.destinationArn", of: "functionName" },
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    identity: joins("functionName", "qualifier?"),
    replacing: ["functionName", "qualifier"],
    net: "events that fail are no longer sent to dead letters",
    deadLetters: { to: "destinationConfig.onFailure.destination", of: "functionName" },
  },
  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": { identity: joins("functionName") },
  "aws:lambda/permission:Permission": { identity: refused("function", "qualifier?", "statementId") },
  "aws:lambda/runtimeManagementConfig:RuntimeManagementConfig": { identity: joins("functionName", "qualifier?") },

  "aws:cloudwatch/eventBus:EventBus": {
    identity: refused("name"),
    deadLetters: { to: "deadLetterConfig.arn" },
    flow: { kind: "bus", service: "events" },
  },
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": { identity: joins("eventBusName?"), policyOf: "eventBusName" },
  "aws:cloudwatch/eventRule:EventRule": {
    kind: "rule",
    identity: joins("name", "eventBusName?"),
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    identity: joins("rule", "eventBusName?", "targetId"),
    source: "rule",
    target: "arn",
    role: "roleArn",
    deadLetters: { to: "deadLetterConfig.arn", of: "rule" },
  },
  "aws:scheduler/schedule:Schedule": {
    identity: refused("groupName?", "name"),
    target: "target.arn",
    role: "target.roleArn",
    deadLetters: { to: "target.deadLetterConfig.arn" },
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": { identity: refused("name") },
};
