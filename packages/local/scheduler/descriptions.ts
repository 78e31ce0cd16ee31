// Schedules as Scheduler's API describes them: dates in seconds.
import type { Message } from "../service/ask";
import type { ScheduleDefinition } from "./definition";
import type { Scheduled } from "./schedules";

/** The schedule as an entry of ListSchedules. */
export function summaryOf({ definition, createdAt }: Scheduled): Message {
  const { arn, groupName, name, target } = definition;
  return {
    Arn: arn,
    CreationDate: createdAt / 1000,
    GroupName: groupName,
    LastModificationDate: createdAt / 1000,
    Name: name,
    State: stateOf(definition),
    Target: { Arn: target.arn },
  };
}

/** The schedule as the answer of GetSchedule. */
export function describeSchedule(scheduled: Scheduled): Message {
  const { definition } = scheduled;
  const { description, startDate, endDate, flexibleWindow } = definition;
  return {
    ...summaryOf(scheduled),
    ActionAfterCompletion: definition.actionAfterCompletion,
    ...(description !== undefined && { Description: description }),
    ...(startDate !== undefined && { StartDate: startDate / 1000 }),
    ...(endDate !== undefined && { EndDate: endDate / 1000 }),
    FlexibleTimeWindow:
      flexibleWindow === 0 ? { Mode: "OFF" } : { Mode: "FLEXIBLE", MaximumWindowInMinutes: flexibleWindow },
    ScheduleExpression: definition.scheduleExpression,
    ScheduleExpressionTimezone: definition.timeZone,
    Target: describeTarget(definition),
  };
}

export const stateOf = ({ enabled }: ScheduleDefinition) => (enabled ? "ENABLED" : "DISABLED");

function describeTarget({ target, roleArn, input, retryPolicy, deadLetterArn }: ScheduleDefinition): Message {
  const { arn, messageGroupId, event } = target;
  return {
    Arn: arn,
    RoleArn: roleArn,
    ...(input !== undefined && { Input: input }),
    ...(deadLetterArn !== undefined && { DeadLetterConfig: { Arn: deadLetterArn } }),
    ...(messageGroupId !== undefined && { SqsParameters: { MessageGroupId: messageGroupId } }),
    ...(event !== undefined && { EventBridgeParameters: { Source: event.source, DetailType: event.detailType } }),
    RetryPolicy: {
      MaximumEventAgeInSeconds: retryPolicy.maximumEventAgeInSeconds,
      MaximumRetryAttempts: retryPolicy.maximumRetryAttempts,
    },
  };
}
