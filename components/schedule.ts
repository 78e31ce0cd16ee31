// A schedule that sends an event to a consumer's queue, and the dead letters of what could not be sent.
import * as iam from "@pulumi/aws/iam";
import * as scheduler from "@pulumi/aws/scheduler";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmNodes, createAlarms } from "./alarms/alarms";
import { scheduleAlarms } from "./alarms/source-alarms";
import { createDeadLetters, type DeadLetterQueue, type DeadLetters } from "./dead-letter-queue";
import { encryptStatements } from "./iam/encryption";
import { rolePolicyOf } from "./iam/role-policy";
import type { Statement } from "./iam/statement";
import { retryPolicyOf } from "./queue/target";
import { checkSchedule, type ScheduleArgs } from "./schedule/args";
import { inputOf } from "./schedule/input";

/** The child resources of a `Schedule`, by their roles. */
export interface ScheduleNodes {
  /** The schedule. */
  readonly schedule: scheduler.Schedule;
  /** By which Scheduler sends. */
  readonly role: iam.Role;
  /** That role's policy: sending to the target and to the dead-letter queue, and nothing else. */
  readonly rolePolicy: iam.RolePolicy;
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

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - When it sends what to which queue, and what is to differ from the defaults.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(
    private readonly name: string,
    args: ScheduleArgs<E>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:Schedule", name, {}, opts);
    checkSchedule(name, args, this);
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
    this.registerOutputs({
      scheduleArn: this.scheduleArn,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      deadLetters: this.deadLetters,
    });
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
    const role = new iam.Role(this.name, { ...overrides?.role, assumeRolePolicy }, { parent: this });
    const statements: readonly Statement[] = [
      { actions: ["sqs:SendMessage"], resources: [target.queueArn, deadLetters.arn] },
      ...[target.kmsKeyArn, deadLetters.kmsKeyArn].flatMap((key) => encryptStatements("sqs", key)),
      ...inputStatements(target.queueArn, kmsKeyArn),
    ];
    const rolePolicy = new iam.RolePolicy(
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
    role: iam.Role,
    rolePolicy: iam.RolePolicy,
    deadLetters: DeadLetterQueue,
  ): scheduler.Schedule {
    const { target, flexibleWindow, startDate, endDate, messageGroupId } = args;
    return new scheduler.Schedule(
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
          input: inputOf(this.name, args),
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
