// A schedule that sends an event to a consumer's queue, and the dead letters of what could not be sent.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmNodes, type AlarmOverrides, checkAlarms, createAlarms } from "./alarms/alarms";
import { scheduleAlarms } from "./alarms/source-alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName, nameOfDeadLetters } from "./base/names";
import type { Operations } from "./base/operations";
import {
  createDeadLetters,
  type DeadLetterQueue,
  type DeadLetterQueueOverrides,
  type DeadLetters,
} from "./dead-letter-queue";
import { encryptStatements } from "./iam/encryption";
import { rolePolicyOf } from "./iam/role-policy";
import type { Statement } from "./iam/statement";
import { checkQueueTarget, type QueueTargetOptions, retryPolicyOf } from "./queue/target";
import { messageJson } from "./runtime/batch/message-text";
import { parseExpression, parseMoment } from "./syntax/schedule-expression";
import { isTimeZone } from "./syntax/time-zone";

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
   * When it is sent: a rate, a cron expression with six fields, or `at(…)` for once.
   * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
   * @example "rate(1 hour)", "cron(0 6 ? * MON-FRI *)", "at(2026-12-24T18:00:00)"
   */
  readonly expression: string;
  /** The QueueConsumer that gets the event. */
  readonly target: ScheduleTarget<E>;
  /** What is sent, as JSON. The compiler refuses what the target's callback cannot read. */
  readonly event: NoInfer<E>;
  /**
   * IANA name of the zone in which the expression is read.
   * @default `UTC`
   * @example "Europe/Berlin"
   */
  readonly timeZone?: string;
  /**
   * Minutes within which it may be sent after its moment, 1 to 1,440.
   * @default none: it is sent at its moment
   */
  readonly flexibleWindow?: number;
  /**
   * Moment before which nothing is sent, RFC 3339.
   * @default none
   * @example "2026-12-24T00:00:00Z"
   */
  readonly startDate?: pulumi.Input<string>;
  /**
   * Moment after which nothing is sent, RFC 3339.
   * @default none
   * @example "2026-12-31T00:00:00Z"
   */
  readonly endDate?: pulumi.Input<string>;
  /**
   * Whether it is sent at all.
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * Properties of the children that no argument governs.
   * @default none
   */
  readonly overrides?: {
    /**
     * Properties of the schedule.
     * @default none
     */
    readonly schedule?: Pick<aws.scheduler.ScheduleArgs, "description" | "groupName">;
    /**
     * Properties of the schedule's role.
     * @default none
     */
    readonly role?: Partial<Omit<aws.iam.RoleArgs, "assumeRolePolicy">>;
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

/** The child resources of a `Schedule`, by their roles. */
export interface ScheduleNodes {
  /** The schedule. */
  readonly schedule: aws.scheduler.Schedule;
  /** By which Scheduler sends. */
  readonly role: aws.iam.Role;
  /** That role's policy: sending to the target and to the dead-letter queue, and nothing else. */
  readonly rolePolicy: aws.iam.RolePolicy;
  /** What could not be sent, with its own nodes. */
  readonly deadLetterQueue: DeadLetterQueue;
  /** The alarms of the set `all`; empty without them. */
  readonly alarms: AlarmNodes;
}

/**
 * An EventBridge schedule with a role that may send to its queue and its dead-letter queue, and nothing else. Throws a
 * ResourceError that lists every argument that AWS would refuse or that could not work.
 */
export class Schedule<E> extends pulumi.ComponentResource {
  /** ARN of the schedule. */
  readonly scheduleArn: pulumi.Output<string>;
  /** URL of the queue that keeps what could not be sent. */
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  /** Where the dead letters are, and which schedule they come from. */
  readonly deadLetters: DeadLetters<"schedule">;
  readonly #nodes: ScheduleNodes;

  constructor(
    private readonly name: string,
    args: ScheduleArgs<E>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:Schedule", name, {}, opts);
    check(name, args, this);
    const deadLetters = createDeadLetters(name, args, this);
    const { role, rolePolicy } = this.createRole(args, deadLetters);
    const schedule = this.createSchedule(args, role, rolePolicy, deadLetters);
    const alarms = createAlarms(name, scheduleAlarms(name, schedule.groupName), {
      operations: args,
      overrides: args.overrides?.alarms,
      parent: this,
    });
    this.#nodes = { schedule, role, rolePolicy, deadLetterQueue: deadLetters, alarms };
    this.scheduleArn = schedule.arn;
    this.deadLetterQueueUrl = deadLetters.url;
    this.deadLetters = { url: deadLetters.url, sourceArn: schedule.arn, kind: "schedule" };
    this.registerOutputs({ scheduleArn: this.scheduleArn, deadLetterQueueUrl: this.deadLetterQueueUrl });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): ScheduleNodes {
    return this.#nodes;
  }

  private createRole({ target, kmsKeyArn, overrides }: ScheduleArgs<E>, deadLetters: DeadLetterQueue) {
    // Nobody else's schedules may use it: the account is that of the queue.
    const assumeRolePolicy = pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: "scheduler.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": target.queueArn.apply((arn) => arn.split(":")[4] ?? "") } },
        },
      ],
    });
    const role = new aws.iam.Role(this.name, { ...overrides?.role, assumeRolePolicy }, { parent: this });
    const statements: readonly Statement[] = [
      { actions: ["sqs:SendMessage"], resources: [target.queueArn, deadLetters.arn] },
      ...[target.kmsKeyArn, deadLetters.kmsKeyArn].flatMap((key) => encryptStatements("sqs", key)),
      ...inputStatements(target.queueArn, kmsKeyArn),
    ];
    const rolePolicy = new aws.iam.RolePolicy(
      this.name,
      {
        role: role.name,
        policy: rolePolicyOf(statements),
      },
      { parent: this },
    );
    return { role, rolePolicy };
  }

  private createSchedule(
    args: ScheduleArgs<E>,
    role: aws.iam.Role,
    rolePolicy: aws.iam.RolePolicy,
    deadLetters: DeadLetterQueue,
  ): aws.scheduler.Schedule {
    const { target, flexibleWindow, startDate, endDate, messageGroupId } = args;
    return new aws.scheduler.Schedule(
      this.name,
      {
        ...args.overrides?.schedule,
        scheduleExpression: args.expression,
        scheduleExpressionTimezone: args.timeZone ?? "UTC",
        flexibleTimeWindow:
          flexibleWindow === undefined ? { mode: "OFF" } : { mode: "FLEXIBLE", maximumWindowInMinutes: flexibleWindow },
        ...(startDate !== undefined && { startDate }),
        ...(endDate !== undefined && { endDate }),
        state: args.enabled === false ? "DISABLED" : "ENABLED",
        ...(args.kmsKeyArn !== undefined && { kmsKeyArn: args.kmsKeyArn }),
        target: {
          arn: target.queueArn,
          roleArn: role.arn,
          input: messageJson(target.fifo ? ticked(this.name, args.event) : args.event),
          ...(messageGroupId !== undefined && { sqsParameters: { messageGroupId } }),
          retryPolicy: retryPolicyOf(args),
          deadLetterConfig: { arn: deadLetters.arn },
        },
      },
      { parent: this, dependsOn: [rolePolicy] },
    );
  }
}

/**
 * Scheduler stores the input encrypted with the key, and reads it by the schedule's role, which it names by the
 * schedule alone: the role is there before the schedule.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html
 */
function inputStatements(queueArn: pulumi.Output<string>, kmsKeyArn: pulumi.Input<string> | undefined): Statement[] {
  if (kmsKeyArn === undefined) return [];
  const schedules = queueArn.apply((arn) => {
    const [, partition, , region, account] = arn.split(":");
    return `arn:${partition}:scheduler:${region}:${account}:schedule/*`;
  });
  const condition = { ArnLike: { "kms:EncryptionContext:aws:scheduler:schedule:arn": schedules } };
  return [{ actions: ["kms:Decrypt"], resources: [kmsKeyArn], condition, onBehalf: true }];
}

/**
 * The event in a CloudEvent that says for which moment it is. A FIFO queue takes the same content once in five minutes,
 * so that of plain events those of a faster schedule would be dropped, and of any schedule those that a retry has
 * delayed. What is sent again for one moment is the same content.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
function ticked(name: string, event: unknown) {
  const moment = "<aws.scheduler.scheduled-time>";
  return {
    specversion: "1.0",
    id: `${name}/${moment}`,
    source: "<aws.scheduler.schedule-arn>",
    type: "schedule",
    time: moment,
    datacontenttype: "application/json",
    data: event,
  };
}

type Checked = Omit<ScheduleArgs<never>, "target" | "event"> & {
  readonly event: unknown;
  readonly target: Pick<ScheduleTarget<never>, "fifo" | "contentBasedDeduplication">;
};

function check(name: string, args: Checked, owner: pulumi.Resource): void {
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
    errors.add(`timeZone is "${timeZone}"; give the name of a zone as IANA has it, as Europe/Berlin.`);
  }
  checkEvent(args.event, errors);
  checkPeriod(args, errors);
  checkQueueTarget(args, { target, rule }, errors);
  checkAlarms(args.overrides?.alarms, errors);
  errors.throwIfAny(owner);
}

/** Scheduler stores the event's text: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html */
function checkEvent(event: unknown, errors: ArgumentErrors): void {
  try {
    messageJson(event);
  } catch (error) {
    errors.add(`event cannot be sent. ${error instanceof Error ? error.message : error} Give plain values.`);
  }
}

/** What is known in the program of the dates. */
function checkPeriod({ startDate, endDate }: Pick<Checked, "startDate" | "endDate">, errors: ArgumentErrors): void {
  const [start, end] = Object.entries({ startDate, endDate }).map(([name, date]) => {
    if (typeof date !== "string") return undefined;
    const moment = parseMoment(date);
    if (moment === undefined) errors.add(`${name} is "${date}"; Scheduler takes a moment as 2026-12-24T00:00:00Z.`);
    return moment;
  });
  if (start !== undefined && end !== undefined && end <= start) {
    errors.add(`endDate ${endDate} is not after startDate ${startDate}, as Scheduler requires; give a later one.`);
  }
}
