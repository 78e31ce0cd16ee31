// One invocation of a schedule's target: what it delivers, and what its dead letter contains.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
import { randomBytes, randomUUID } from "node:crypto";
import type { Delivery, Failure } from "../delivery/delivery";
import type { Principal } from "../service/ask";
import type { Place } from "../service/place";
import { isoSeconds } from "../service/time";
import type { ScheduleDefinition } from "./definition";

export interface Invocation {
  /** 16 hexadecimal digits. They are the same for every attempt. */
  readonly executionId: string;
  /** For example `2026-03-22T18:59:43Z`. */
  readonly scheduledTime: string;
  readonly delivery: Delivery;
}

/** `scheduledAt` is in milliseconds since the epoch, without any flexible time window. */
export function invocationOf(schedule: ScheduleDefinition, scheduledAt: number, place: Place): Invocation {
  const { arn, name, target, roleArn, retryPolicy, deadLetterArn } = schedule;
  const executionId = randomBytes(8).toString("hex");
  const scheduledTime = isoSeconds(scheduledAt);
  const text = schedule.input ?? defaultNotification(schedule, scheduledTime, place);
  const body = (attempt: number) => {
    const attributes: Readonly<Record<string, string>> = {
      "schedule-arn": arn,
      "scheduled-time": scheduledTime,
      "execution-id": executionId,
      "attempt-number": String(attempt),
    };
    return text.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, key: string) => attributes[key] ?? whole);
  };
  const principal: Principal = { kind: "service", service: "scheduler.amazonaws.com", roleArn, sourceArn: arn };
  const delivery: Delivery = {
    name: `Schedule "${name}"`,
    target,
    principal,
    retryPolicy,
    body,
    ...(deadLetterArn !== undefined && {
      deadLetter: {
        queueArn: deadLetterArn,
        // Unlike EventBridge's rules, a schedule sends its dead letters with its own role.
        principal,
        body: ({ retries }) => body(retries + 1),
        attributes: (failure) => attributesOf(failure, schedule, executionId, scheduledTime),
      },
    }),
  };
  return { executionId, scheduledTime, delivery };
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html */
const attributesOf = (
  { code, message, condition, retries }: Failure,
  { arn, target }: ScheduleDefinition,
  executionId: string,
  scheduledTime: string,
) => ({
  ERROR_CODE: code,
  ERROR_MESSAGE: message,
  EXECUTION_ID: executionId,
  EXHAUSTED_RETRY_CONDITION: condition,
  IS_PAYLOAD_TRUNCATED: "false",
  RETRY_ATTEMPTS: String(retries),
  SCHEDULED_TIME: scheduledTime,
  SCHEDULE_ARN: arn,
  TARGET_ARN: target.arn,
});

/**
 * The input of a target for which none is given. A bus adds an envelope of its own, so only an empty detail is left for
 * it.
 */
function defaultNotification({ arn, target }: ScheduleDefinition, time: string, place: Place): string {
  if (target.service === "events") return "{}";
  return JSON.stringify({
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: place.accountId,
    time,
    region: place.region,
    resources: [arn],
    // Scheduler sends the detail as a text.
    detail: "{}",
  });
}
