// The dead-letter queue: where a record goes that was given up, and the one alarm that always exists.
// Longer than 250 lines because what is public has a doc comment for each property and parameter.
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as sqs from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";
import { fromAlarmToFix } from "./alarms/alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { Late } from "./base/late";
import { checkName, nameOfQueue } from "./base/names";
import { type Operations, operationsOf, protectionOf } from "./base/operations";
import { OutputError } from "./base/output-error";
import { checkKeys, keyArnOf } from "./iam/encryption";
import { OwnQueuePolicy, type PolicyStatement } from "./queue/policy";

/** The arguments of a `DeadLetterQueue`. */
export interface DeadLetterQueueArgs extends Operations {
  /**
   * Whether the queue is FIFO. It must be of the same kind as the queue whose dead letters it keeps.
   * @default false
   */
  readonly fifo?: boolean;
  /**
   * Seconds for which a dead letter is kept, 60 to 1,209,600. A message that SQS moves from a standard queue keeps the
   * time at which it was first sent, so the default is SQS's maximum.
   * @default 1209600 (14 days)
   */
  readonly messageRetention?: number;
  /**
   * Properties of the child resources that no argument sets.
   * @default none
   */
  readonly overrides?: DeadLetterQueueOverrides;
}

/** Properties of the queue and of its alarm that no argument governs. */
export interface DeadLetterQueueOverrides {
  /**
   * Properties of the queue.
   * @default none
   */
  readonly queue?: Partial<
    Omit<
      sqs.QueueArgs,
      | "fifoQueue"
      | "messageRetentionSeconds"
      | "policy"
      | "redrivePolicy"
      | "redriveAllowPolicy"
      | "maxMessageSize"
      | "kmsMasterKeyId"
    >
  >;
  /**
   * Properties of its alarm.
   * @default none
   */
  readonly alarm?: Partial<Omit<cloudwatch.MetricAlarmArgs, "alarmActions" | "okActions" | "dimensions">>;
}

/** Where a component's dead letters are, and which source they come from. */
export interface DeadLetters<Kind extends string = string> {
  /** URL of the dead-letter queue. */
  readonly url: pulumi.Output<string>;
  /** ARN of the queue, stream, topic, schedule or rule. */
  readonly sourceArn: pulumi.Output<string>;
  /** What the source is, as `queue` or `table`. */
  readonly kind: Kind;
  /** Name of the function that consumes the source. @default none for a Topic, a Schedule and an EventBusRule */
  readonly functionName?: pulumi.Output<string>;
  /** Name of the function's log group. @default none for a Topic, a Schedule and an EventBusRule */
  readonly logGroupName?: pulumi.Output<string>;
}

export const longestRetention = 1_209_600;
/** 1 MiB. The provider's own default is 256 KiB, four times less than SQS takes. */
export const largestMessage = 1_048_576;
const mostSources = 10;

/** The child resources of a `DeadLetterQueue`, by their roles. */
export interface DeadLetterQueueNodes {
  /** The queue. */
  readonly queue: sqs.Queue;
  /** Its policy: TLS only, and whoever may put dead letters there. */
  readonly policy: sqs.QueuePolicy;
  /** Which queues SQS may move messages from. */
  readonly redriveAllowPolicy: sqs.RedriveAllowPolicy;
  /** Goes off at the first dead letter. */
  readonly alarm: cloudwatch.MetricAlarm;
}

/**
 * A queue for dead letters: 14 days of retention, encrypted with SSE-SQS, TLS only, open for redrive to exactly the
 * queues that use it, with an alarm from the first dead letter on.
 */
export class DeadLetterQueue extends pulumi.ComponentResource {
  /** URL of the queue. */
  readonly url: pulumi.Output<string>;
  /** ARN of the queue. */
  readonly arn: pulumi.Output<string>;
  /** The customer managed key that it is encrypted with, if it is: whoever sends here needs a right to it. */
  declare readonly kmsKeyArn?: pulumi.Output<string>;
  /** Whether it is FIFO. */
  readonly fifo: boolean;
  private readonly sources: Late<pulumi.Input<string>>;
  private readonly ownPolicy: OwnQueuePolicy;
  readonly #nodes: DeadLetterQueueNodes;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - What is to differ from the defaults. Default: nothing.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(
    private readonly name: string,
    args: DeadLetterQueueArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:DeadLetterQueue", name, {}, opts);
    const errors = new ArgumentErrors(`DeadLetterQueue "${name}"`);
    checkName(name, errors, [nameOfQueue(args.fifo ?? false)]);
    errors.integer("messageRetention", args.messageRetention, {
      min: 60,
      max: longestRetention,
      unit: "s",
      rule: "SQS allows",
    });
    checkKeys(args, errors);
    errors.throwIfAny(this);

    this.fifo = args.fifo ?? false;
    if (args.kmsKeyArn !== undefined) this.kmsKeyArn = keyArnOf(args.kmsKeyArn, this);
    const queue = this.createQueue(args);
    this.url = queue.url;
    this.arn = queue.arn;
    this.ownPolicy = new OwnQueuePolicy(name, queue, this);
    this.sources = new Late<pulumi.Input<string>>(`A source of dead-letter queue "${name}"`, this);
    const redriveAllowPolicy = this.createRedriveAllowPolicy(queue);
    const alarm = this.createAlarm(queue, args);
    this.#nodes = { queue, policy: this.policy, redriveAllowPolicy, alarm };
    this.registerOutputs({ url: this.url, arn: this.arn });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): DeadLetterQueueNodes {
    return this.#nodes;
  }

  /**
   * Lets SQS move messages of this queue here. A ResourceError after the program's synchronous part.
   * @param sourceQueueArn - ARN of the queue whose messages come here.
   */
  allowRedriveFrom(sourceQueueArn: pulumi.Input<string>): void {
    this.sources.add(sourceQueueArn);
  }

  /**
   * Lets a service put what it gives up here. A ResourceError after the program's synchronous part.
   * @param statement - Who may put what here, and when. Its resource is this queue.
   */
  admit(statement: Omit<PolicyStatement, "Resource">): void {
    this.ownPolicy.admit(statement);
  }

  /** Must be there before the first dead letter of an admitted service. */
  get policy(): sqs.QueuePolicy {
    return this.ownPolicy.policy;
  }

  private createQueue({ messageRetention, protect, overrides }: DeadLetterQueueArgs): sqs.Queue {
    return new sqs.Queue(
      this.name,
      {
        ...(this.kmsKeyArn === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: this.kmsKeyArn }),
        ...overrides?.queue,
        ...(this.fifo && { fifoQueue: true }),
        messageRetentionSeconds: messageRetention ?? longestRetention,
        maxMessageSize: largestMessage,
      },
      { parent: this, ...protectionOf({ protect }) },
    );
  }

  /**
   * A resource of its own: as a property of the queue it would need the source's ARN, and the source needs this
   * queue's.
   */
  private createRedriveAllowPolicy(queue: sqs.Queue): sqs.RedriveAllowPolicy {
    const policyOf = (arns: readonly pulumi.Input<string>[]) => {
      if (arns.length > mostSources) {
        throw new OutputError(
          `DeadLetterQueue "${this.name}": ${arns.length} queues redrive to it; SQS allows ${mostSources} by name. ` +
            "Give each its own.",
          this,
        );
      }
      return arns.length === 0
        ? pulumi.jsonStringify({ redrivePermission: "denyAll" })
        : pulumi.jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: [...arns] });
    };
    return new sqs.RedriveAllowPolicy(
      this.name,
      { queueUrl: queue.url, redriveAllowPolicy: this.sources.resolve(policyOf) },
      { parent: this },
    );
  }

  private createAlarm(queue: sqs.Queue, { alarmTopicArn, overrides }: DeadLetterQueueArgs): cloudwatch.MetricAlarm {
    const actions = alarmTopicArn === undefined ? [] : [alarmTopicArn];
    return new cloudwatch.MetricAlarm(
      this.name,
      {
        alarmDescription:
          `Records were given up and wait in the dead-letter queue of ${this.name.replace(/-dead-letters$/, "")}. ` +
          `See why first: npx spillway dlq list --stack ${pulumi.getStack()}. Fix the cause, then redrive. ${fromAlarmToFix}`,
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        statistic: "Maximum",
        period: 60,
        evaluationPeriods: 1,
        datapointsToAlarm: 1,
        threshold: 1,
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        // A queue that nobody has used for six hours reports nothing, and nothing is wrong then.
        treatMissingData: "notBreaching",
        ...overrides?.alarm,
        dimensions: { QueueName: queue.name },
        alarmActions: actions,
        okActions: actions,
      },
      { parent: this },
    );
  }
}

/** What the components take for the dead-letter queue that each makes for itself. */
export interface OwnDeadLetters extends Operations {
  readonly overrides?: {
    readonly deadLetterQueue?: DeadLetterQueueOverrides["queue"];
    readonly alarm?: DeadLetterQueueOverrides["alarm"];
  };
}

/** `<name>-dead-letters`, as a child of the component. */
export function createDeadLetters(
  name: string,
  args: OwnDeadLetters,
  parent: pulumi.Resource,
  more: Pick<DeadLetterQueueArgs, "fifo" | "messageRetention"> = {},
): DeadLetterQueue {
  return new DeadLetterQueue(
    `${name}-dead-letters`,
    {
      ...more,
      ...operationsOf(args),
      overrides: { queue: args.overrides?.deadLetterQueue ?? {}, alarm: args.overrides?.alarm ?? {} },
    },
    { parent },
  );
}
