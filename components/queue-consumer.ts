// An SQS queue with the callback that consumes it and with its dead letters.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { createAlarms } from "./alarms/alarms";
import { recursiveInvocations } from "./alarms/function-alarms";
import { queueAlarms } from "./alarms/source-alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName, nameOfDeadLetters, namesOfFunction } from "./base/names";
import type { Binding, BindingsArg, Sendable } from "./binding";
import { createDeadLetters, type DeadLetterQueue, largestMessage } from "./dead-letter-queue";
import { checkCallback } from "./function/callback-args";
import { CallbackFunction } from "./function/callback-function";
import { checkIdempotency, type IdempotencyArg } from "./function/idempotency";
import { decryptStatements, encryptStatements, keyArnOf } from "./iam/encryption";
import type { Statement } from "./iam/statement";
import {
  type ExistingDeadLetterQueue,
  isFifo,
  maxReceiveCountOf,
  messageRetentionOf,
  type QueueConsumerOptions,
  queueDefaults,
  queueTimesOf,
  visibilityTimeoutOf,
} from "./queue/consumer-args";
import { checkQueueConsumerOptions, checkReaders } from "./queue/consumer-checks";
import { OwnQueuePolicy, type PolicyStatement } from "./queue/policy";
import { otherReaderOf } from "./queue/readers";
import type { Callback } from "./runtime/callback/callback";

/** The arguments of a `QueueConsumer`. `Wire`, `In` and `B` are those of its callback, and are inferred from it. */
export type QueueConsumerArgs<Wire, In, B extends object> = QueueConsumerOptions & {
  /** The callback that handles each record: exported by a module of its own, or an inline one. */
  readonly callback: Callback<Wire, In, B>;
} & BindingsArg<B> &
  IdempotencyArg<In>;

/** Where a consumer's dead letters are, and which source they came from. */
export interface DeadLetters {
  readonly url: pulumi.Output<string>;
  readonly sourceArn: pulumi.Output<string>;
  readonly kind: "queue";
}

interface Queue {
  readonly url: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly kmsKeyArn?: pulumi.Output<string> | undefined;
}

/**
 * A queue, the function that consumes it, and the dead-letter queue for what it gives up. Records are attempted
 * `maxReceiveCount` times with a growing delay; what cannot succeed is dead-lettered with its reason; no record is lost.
 * Throws a ResourceError that lists every argument that AWS would refuse or that could not work.
 */
export class QueueConsumer<Wire = unknown, In = unknown, B extends object = Record<never, never>>
  extends pulumi.ComponentResource
  implements Sendable<Wire>
{
  readonly queueUrl: pulumi.Output<string>;
  readonly queueArn: pulumi.Output<string>;
  /** The customer managed key that the queue is encrypted with, if it is. */
  declare readonly kmsKeyArn?: pulumi.Output<string>;
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  readonly deadLetterQueueArn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;
  /** Seconds after which Lambda ends an invocation. */
  readonly timeout: number;
  readonly deadLetters: DeadLetters;
  readonly fifo: boolean;
  /** Of a FIFO queue of its own. */
  declare readonly contentBasedDeduplication?: boolean;
  /** What the callback reads: endpoints derive their check of the body from it. */
  readonly schema: StandardSchemaV1;
  /** Only a type: what the queue accepts. */
  declare readonly accepts?: (event: Wire) => void;
  private readonly policy: OwnQueuePolicy | undefined;

  constructor(
    readonly name: string,
    args: QueueConsumerArgs<Wire, In, B>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:QueueConsumer", name, {}, opts);
    const errors = new ArgumentErrors(`QueueConsumer "${name}"`);
    checkName(name, errors, [
      ...namesOfFunction,
      ...(args.queue === undefined ? [nameOfDeadLetters(isFifo(args))] : []),
    ]);
    checkQueueConsumerOptions(args, errors);
    if (checkCallback(args.callback, errors, { windows: false })) checkIdempotency(args, errors);
    checkReaders(name, args, errors);
    errors.throwIfAny(this);

    this.fifo = isFifo(args);
    if (this.fifo && args.queue === undefined) {
      this.contentBasedDeduplication = args.contentBasedDeduplication ?? false;
    }
    this.schema = args.callback.schema;
    const { queue, deadLetters, policy } =
      args.queue === undefined ? this.createQueues(args) : this.existingQueues(args.queue);
    this.policy = policy;
    const fn = this.createFunction(args, queue, deadLetters);
    this.createMapping(args, queue, fn);
    this.createAlarms(args, queue, fn);

    this.queueUrl = queue.url;
    this.queueArn = queue.arn;
    if (queue.kmsKeyArn !== undefined) this.kmsKeyArn = queue.kmsKeyArn;
    this.deadLetterQueueUrl = deadLetters.url;
    this.deadLetterQueueArn = deadLetters.arn;
    this.functionName = fn.functionName;
    this.functionArn = fn.functionArn;
    this.timeout = fn.timeout;
    this.deadLetters = { url: deadLetters.url, sourceArn: queue.arn, kind: "queue" };
    this.registerOutputs({
      queueUrl: this.queueUrl,
      queueArn: this.queueArn,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      deadLetterQueueArn: this.deadLetterQueueArn,
      functionName: this.functionName,
      functionArn: this.functionArn,
    });
  }

  /**
   * Admits a sender in the queue's one policy, which must be there before it sends. Throws a ResourceError for an existing queue
   * whose policy is managed elsewhere, and after the program's synchronous part.
   */
  readonly admit = (statement: Omit<PolicyStatement, "Resource">): aws.sqs.QueuePolicy => {
    if (this.policy === undefined) {
      throw new pulumi.ResourceError(
        `QueueConsumer "${this.name}": its queue exists already and its policy is managed elsewhere, so nobody can be admitted to it; ` +
          "say queue.managePolicy: true to have the whole policy replaced.",
        this,
        true,
      );
    }
    return this.policy.admit(statement);
  };

  private createQueues(args: QueueConsumerOptions) {
    const kmsKeyArn = args.kmsKeyArn === undefined ? undefined : keyArnOf(args.kmsKeyArn, this);
    const deadLetters = createDeadLetters(this.name, args, this, {
      fifo: this.fifo,
      ...(args.deadLetterRetention !== undefined && { messageRetention: args.deadLetterRetention }),
    });
    const queue = this.createQueue(args, kmsKeyArn, deadLetters);
    deadLetters.allowRedriveFrom(queue.arn);
    const { url, arn } = queue;
    if (args.enabled !== false) otherReaderOf(arn, this.name);
    return {
      queue: { url, arn, kmsKeyArn },
      deadLetters,
      policy: new OwnQueuePolicy(this.name, queue, this),
    };
  }

  private createQueue(
    args: QueueConsumerOptions,
    kmsKeyArn: pulumi.Output<string> | undefined,
    deadLetters: DeadLetterQueue,
  ): aws.sqs.Queue {
    return new aws.sqs.Queue(
      this.name,
      {
        receiveWaitTimeSeconds: 20,
        maxMessageSize: largestMessage,
        ...(kmsKeyArn === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: kmsKeyArn }),
        ...args.overrides?.queue,
        ...(this.fifo && { fifoQueue: true, contentBasedDeduplication: this.contentBasedDeduplication ?? false }),
        ...(args.highThroughput === true && {
          deduplicationScope: "messageGroup",
          fifoThroughputLimit: "perMessageGroupId",
        }),
        visibilityTimeoutSeconds: visibilityTimeoutOf(args),
        messageRetentionSeconds: args.messageRetention ?? queueDefaults.messageRetention,
        delaySeconds: args.delay ?? 0,
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: deadLetters.arn,
          maxReceiveCount: args.maxReceiveCount ?? queueDefaults.maxReceiveCount,
        }),
      },
      { parent: this, protect: args.protect },
    );
  }

  private existingQueues(existing: NonNullable<QueueConsumerOptions["queue"]>) {
    const queueOf = ({ url, arn, kmsKeyArn }: ExistingDeadLetterQueue): Queue => ({
      url: pulumi.output(url),
      arn: pulumi.output(arn),
      kmsKeyArn: kmsKeyArn === undefined ? undefined : pulumi.output(kmsKeyArn),
    });
    const queue = queueOf(existing);
    return {
      queue,
      deadLetters: queueOf(existing.deadLetterQueue),
      policy: existing.managePolicy === true ? new OwnQueuePolicy(this.name, queue, this) : undefined,
    };
  }

  private createFunction(args: QueueConsumerArgs<Wire, In, B>, queue: Queue, deadLetters: Queue): CallbackFunction {
    const bindings: Readonly<Record<string, Binding<unknown>>> = args.bindings ?? {};
    const statements: readonly Statement[] = [
      {
        actions: [
          "sqs:ReceiveMessage",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          // For the back-off between attempts.
          "sqs:ChangeMessageVisibility",
        ],
        resources: [queue.arn],
      },
      ...decryptStatements("sqs", queue.kmsKeyArn, args.formerKmsKeyArn),
      { actions: ["sqs:SendMessage"], resources: [deadLetters.arn] },
      ...encryptStatements("sqs", deadLetters.kmsKeyArn),
    ];
    return new CallbackFunction(
      this.name,
      {
        ...args,
        bindings,
        statements,
        around: { module: "queue", handler: "queueHandler" },
        retries: {
          attempts: maxReceiveCountOf(args),
          gap: visibilityTimeoutOf(args),
          throttledFor: maxReceiveCountOf(args) * visibilityTimeoutOf(args),
        },
        source: {
          kind: "queue",
          queueUrl: queue.url,
          deadLetterQueueUrl: deadLetters.url,
          maxReceiveCount: maxReceiveCountOf(args),
          concurrency: args.concurrency ?? queueDefaults.concurrency,
        },
      },
      { parent: this },
    );
  }

  private createAlarms(args: QueueConsumerOptions, queue: Queue, { functionName }: CallbackFunction): void {
    const { name, fifo } = this;
    const watched = {
      ...queueTimesOf(args),
      arn: queue.arn,
      functionName,
      fifo,
      maxReceiveCount: maxReceiveCountOf(args),
      retention: messageRetentionOf(args),
    };
    createAlarms(name, [...queueAlarms(name, watched), recursiveInvocations({ name, functionName })], {
      operations: args,
      overrides: args.overrides?.alarms,
      parent: this,
    });
  }

  private createMapping(args: QueueConsumerOptions, queue: Queue, fn: CallbackFunction): void {
    const { maximumConcurrency, provisionedPollers, filters = [], mappingMetrics } = args;
    new aws.lambda.EventSourceMapping(
      this.name,
      {
        ...args.overrides?.mapping,
        eventSourceArn: queue.arn,
        functionName: fn.functionName,
        enabled: args.enabled ?? true,
        batchSize: args.batchSize ?? queueDefaults.batchSize,
        ...(!this.fifo && {
          maximumBatchingWindowInSeconds: args.maximumBatchingWindow ?? queueDefaults.maximumBatchingWindow,
        }),
        functionResponseTypes: ["ReportBatchItemFailures"],
        ...(maximumConcurrency !== undefined && { scalingConfig: { maximumConcurrency } }),
        ...(provisionedPollers !== undefined && {
          provisionedPollerConfig: {
            minimumPollers: provisionedPollers.minimum ?? 2,
            maximumPollers: provisionedPollers.maximum ?? 200,
          },
        }),
        ...(filters.length > 0 && {
          filterCriteria: { filters: filters.map((filter) => ({ pattern: JSON.stringify(filter) })) },
        }),
        ...(mappingMetrics === true && { metricsConfig: { metrics: ["EventCount"] } }),
      },
      { parent: this, dependsOn: [fn.rolePolicy] },
    );
  }
}
