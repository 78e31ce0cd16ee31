// The arguments of a schedule, and what Scheduler allows for them.
import type * as iam from "@pulumi/aws/iam";
import type * as scheduler from "@pulumi/aws/scheduler";
import type * as pulumi from "@pulumi/pulumi";
import { type AlarmOverrides, checkAlarms } from "../alarms/alarms";
import { ArgumentErrors } from "../base/argument-errors";
import { checkName, nameOfDeadLetters } from "../base/names";
import type { Operations } from "../base/operations";
import { type DeadLetterQueueOverrides, largestMessage } from "../dead-letter-queue";
import { checkQueueTarget, type QueueTargetOptions } from "../queue/target";
import { parseExpression, parseMoment } from "../syntax/schedule-expression";
import { isTimeZone } from "../syntax/time-zone";
import { inputOf } from "./input";

/** What a schedule sends to: a QueueConsumer, typed by the events that its callback reads. */
export interface ScheduleTarget<E> {
  /** ARN of the queue. */
  readonly queueArn: pulumi.Output<string>;
  /**
   * ARN of the customer managed key that the queue is encrypted with.
   * @default none: one of AWS's own keys
   */
  readonly kmsKeyArn?: pulumi.Output<string> | undefined;
  /** Whether the queue is FIFO. */
  readonly fifo: boolean;
  /**
   * Whether a FIFO queue derives the deduplication id from the body.
   * @default not known: the queue is managed elsewhere
   */
  readonly contentBasedDeduplication?: boolean | undefined;
  /** Only a type: what the queue accepts. */
  readonly accepts?: (event: E) => void;
}

/** The arguments of a `Schedule`. `E`: the events that its target reads. */
export interface ScheduleArgs<E> extends QueueTargetOptions, Operations {
  /**
   * When the event is sent: `rate(…)`, `cron(…)` with six fields, or `at(…)` for a single time.
   * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
   * @example "rate(1 hour)", "cron(0 6 ? * MON-FRI *)", "at(2026-12-24T18:00:00)"
   */
  readonly expression: string;
  /** The QueueConsumer that gets the event. */
  readonly target: ScheduleTarget<E>;
  /** The event, which is sent as JSON. The compiler rejects an event that the target's callback cannot read. */
  readonly event: NoInfer<E>;
  /**
   * The time zone of the expression, by its IANA name.
   * @default `UTC`
   * @example "Europe/Berlin"
   */
  readonly timeZone?: string;
  /**
   * Minutes after its time within which the event may be sent, 1 to 1,440.
   * @default none: it is sent at its time
   */
  readonly flexibleWindow?: number;
  /**
   * The time before which nothing is sent, in RFC 3339.
   * @default none
   * @example "2026-12-24T00:00:00Z"
   */
  readonly startDate?: pulumi.Input<string>;
  /**
   * The time after which nothing is sent, in RFC 3339.
   * @default none
   * @example "2026-12-31T00:00:00Z"
   */
  readonly endDate?: pulumi.Input<string>;
  /**
   * Whether the event is sent.
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * Properties of the child resources that no argument sets.
   * @default none
   */
  readonly overrides?: {
    /**
     * Properties of the schedule.
     * @default none
     */
    readonly schedule?: Pick<scheduler.ScheduleArgs, "description" | "groupName">;
    /**
     * Properties of the schedule's role.
     * @default none
     */
    readonly role?: Partial<Omit<iam.RoleArgs, "assumeRolePolicy">>;
    /**
     * Properties of the dead-letter queue.
     * @default none
     */
    readonly deadLetterQueue?: DeadLetterQueueOverrides["queue"];
    /**
     * Properties of the dead-letter queue's alarm.
     * @default none
     */
    readonly alarm?: DeadLetterQueueOverrides["alarm"];
    /**
     * Changes of the alarms of the set `all`.
     * @default none
     */
    readonly alarms?: AlarmOverrides<"lostEvents">;
  };
}

type Checked = Omit<ScheduleArgs<never>, "target" | "event"> & {
  readonly event: unknown;
  readonly target: Pick<ScheduleTarget<never>, "fifo" | "contentBasedDeduplication">;
};

export function checkSchedule(name: string, args: Checked, owner: pulumi.Resource): void {
  const { expression, timeZone, target } = args;
  const errors = new ArgumentErrors(`Schedule "${name}"`);
  const rule = "Scheduler allows";
  checkName(name, errors, [{ what: "schedule", max: 64 }, nameOfDeadLetters(false)]);
  errors.integer("flexibleWindow", args.flexibleWindow, { min: 1, max: 1440, unit: "minutes", rule });
  try {
    parseExpression(expression);
  } catch (error) {
    errors.add(
      `expression is "${expression}"; Scheduler allows rate(1 hour), cron(0 6 ? * MON-FRI *) with six fields, and ` +
        `at(2026-12-24T18:00:00): ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    errors.add(`timeZone is "${timeZone}"; give an IANA time zone, as Europe/Berlin.`);
  }
  checkEvent(name, args, errors);
  checkPeriod(args, errors);
  checkQueueTarget(args, { target, rule }, errors);
  checkAlarms(args.overrides?.alarms, errors);
  errors.throwIfAny(owner);
}

/** Scheduler stores the event's text: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html */
function checkEvent(name: string, args: Checked, errors: ArgumentErrors): void {
  try {
    const size = Buffer.byteLength(inputOf(name, args));
    if (size > largestMessage) errors.add(`event has ${size} bytes as JSON; SQS takes ${largestMessage} in a message.`);
  } catch (error) {
    errors.add(`event cannot be sent. ${error instanceof Error ? error.message : error} Give plain values.`);
  }
}

/** What is known in the program of the dates. */
function checkPeriod({ startDate, endDate }: Pick<Checked, "startDate" | "endDate">, errors: ArgumentErrors): void {
  const [start, end] = Object.entries({ startDate, endDate }).map(([name, date]) => {
    if (typeof date !== "string") return undefined;
    const moment = parseMoment(date);
    if (moment === undefined)
      errors.add(`${name} is "${date}"; Scheduler accepts a day and time that exist, written as 2026-12-24T00:00:00Z.`);
    return moment;
  });
  if (start !== undefined && end !== undefined && end <= start) {
    errors.add(`endDate ${endDate} is not after startDate ${startDate}, as Scheduler requires; give a later one.`);
  }
}
