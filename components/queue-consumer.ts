// An SQS queue with the callback that consumes it and with its dead letters.
import type * as sqs from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { nameOfDeadLetters } from "./base/names";
import type { BindingsArg, Sendable } from "./binding";
import type { IdempotencyArg } from "./function/idempotency";
import { FunctionConsumer } from "./function-consumer";
import {
  isFifo,
  maxReceiveCountOf,
  messageRetentionOf,
  type QueueConsumerOptions,
  queueTimesOf,
  visibilityTimeoutOf,
} from "./queue/consumer-args";
import { checkQueueConsumerOptions, checkReaders } from "./queue/consumer-checks";
import { noteOwnDelays } from "./queue/own-delays";
import type { PolicyStatement } from "./queue/policy";
import { type CreatedQueue, createQueueSource, type QueueConsumerNodes } from "./queue/source";
import type { Callback } from "./runtime/callback/callback";

/** The arguments of a `QueueConsumer`. `Wire`, `In` and `B` are those of its callback, and are inferred from it. */
export type QueueConsumerArgs<Wire, In, B extends object> = QueueConsumerOptions & {
  /** The callback that handles each record: exported by a module of its own, or an inline one. */
  readonly callback: Callback<Wire, In, B>;
} & BindingsArg<B> &
  IdempotencyArg<In>;

/**
 * A queue, the function that consumes it, and the dead-letter queue for what it gives up. Records are attempted
 * `maxReceiveCount` times with a growing delay; what cannot succeed is dead-lettered with its reason; no record is
 * lost. Throws a ResourceError that lists every argument that AWS would refuse or that could not work.
 */
export class QueueConsumer<Wire = unknown, In = unknown, B extends object = Record<never, never>>
  extends FunctionConsumer<"queue", QueueConsumerNodes, CreatedQueue>
  implements Sendable<Wire>
{
  /** URL of the queue. */
  readonly queueUrl: pulumi.Output<string>;
  /** ARN of the queue. */
  readonly queueArn: pulumi.Output<string>;
  /** The customer managed key that the queue is encrypted with, if it is. */
  declare readonly kmsKeyArn?: pulumi.Output<string>;
  /** Whether the queue keeps the order within a message group. */
  readonly fifo: boolean;
  /** Whether a FIFO queue derives the deduplication id from the body; undefined for a standard or an existing queue. */
  declare readonly contentBasedDeduplication?: boolean;
  /** What the callback reads: endpoints derive their check of the body from it. */
  readonly schema: StandardSchemaV1;
  /** Only a type: what the queue accepts. */
  declare readonly accepts?: (event: Wire) => void;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - The callback with its bindings, and what is to differ from the defaults.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(name: string, args: QueueConsumerArgs<Wire, In, B>, opts?: pulumi.ComponentResourceOptions) {
    super(
      "QueueConsumer",
      name,
      args,
      {
        around: { module: "queue", handler: "queueHandler" },
        retries: {
          attempts: maxReceiveCountOf(args),
          gap: visibilityTimeoutOf(args),
          throttledFor: maxReceiveCountOf(args) * visibilityTimeoutOf(args),
        },
        names: args.queue === undefined ? [nameOfDeadLetters(isFifo(args))] : [],
        windows: false,
        check(errors) {
          checkQueueConsumerOptions(args, errors);
          checkReaders(name, args, errors);
        },
        create: (consumer) => createQueueSource(name, args, consumer),
      },
      opts,
    );
    const { url, arn, kmsKeyArn } = this.source.queue;
    this.queueUrl = url;
    this.queueArn = arn;
    if (kmsKeyArn !== undefined) this.kmsKeyArn = kmsKeyArn;
    this.fifo = isFifo(args);
    if (this.fifo && args.queue === undefined) {
      this.contentBasedDeduplication = args.contentBasedDeduplication ?? false;
    }
    this.schema = args.callback.schema;
    if (!this.fifo) {
      const maxReceiveCount = maxReceiveCountOf(args);
      noteOwnDelays(this, { name, maxReceiveCount, times: queueTimesOf(args), retention: messageRetentionOf(args) });
    }
  }

  /**
   * Admits a sender in the queue's one policy, which must be there before it sends. Throws a ResourceError for an
   * existing queue whose policy is managed elsewhere, and after the program's synchronous part.
   * @param statement - Who may send, and when. Its resource is the queue.
   */
  readonly admit = (statement: Omit<PolicyStatement, "Resource">): sqs.QueuePolicy => {
    const { policy } = this.source;
    if (policy === undefined) {
      throw new pulumi.ResourceError(
        `QueueConsumer "${this.name}": its queue exists already and its policy is managed elsewhere, so nobody can ` +
          "be admitted to it; " +
          "say queue.managePolicy: true to have the whole policy replaced.",
        this,
        true,
      );
    }
    return policy.admit(statement);
  };
}
