// An SNS topic, typed by its events, with the queues that subscribe to it and with the dead letters of deliveries. It
// is longer than others because the doc comments of its arguments are part of it.
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmNodes, type AlarmOverrides, checkAlarms, createAlarms } from "./alarms/alarms";
import { type TopicAlarm, topicAlarms } from "./alarms/source-alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { aliasesAfter } from "./base/former-names";
import { checkName, nameOfDeadLetters, nameOfTopic } from "./base/names";
import type { Operations } from "./base/operations";
import {
  createDeadLetters,
  type DeadLetterQueue,
  type DeadLetterQueueOverrides,
  type DeadLetters,
} from "./dead-letter-queue";
import { checkKeys, keyArnOf } from "./iam/encryption";
import { publishByTlsOnly } from "./iam/topic-policy";
import type { QueuePolicyOwner } from "./queue/policy";
import { checkSubscriptionFilter, filterPolicyOf, type SubscriptionFilter } from "./topic/subscription-filter";

/** The arguments of a `Topic`. */
export interface TopicArgs extends Operations {
  /**
   * Whether the topic is FIFO: it keeps the order within a message group, and accepts each message once. FIFO queues
   * and standard queues may subscribe.
   * @default false
   */
  readonly fifo?: boolean;
  /**
   * Whether a FIFO topic derives the deduplication id from the body.
   * @default false: `publish` passes the event's id
   */
  readonly contentBasedDeduplication?: boolean;
  /**
   * Properties of the child resources that no argument sets.
   * @default none
   */
  readonly overrides?: {
    /**
     * Properties of the topic.
     * @default none
     */
    readonly topic?: Partial<
      Omit<sns.TopicArgs, "fifoTopic" | "contentBasedDeduplication" | "kmsMasterKeyId" | "policy">
    >;
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
    readonly alarms?: AlarmOverrides<TopicAlarm>;
  };
}

/** What `subscribe` needs of a consumer. A property, not a method, so that it stays contravariant in its events. */
export interface Subscriber<E> {
  /** ARN of the queue. */
  readonly queueArn: pulumi.Output<string>;
  /** Whether the queue is FIFO. */
  readonly fifo: boolean;
  /**
   * Whether a FIFO queue derives the deduplication id from the body.
   * @default not known: the queue is managed elsewhere
   */
  readonly contentBasedDeduplication?: boolean | undefined;
  /**
   * Admits the topic in the queue's policy.
   * @param statement - Who may send, and when. Its resource is the queue.
   */
  readonly admit: QueuePolicyOwner["admit"];
  /** Only a type: what the queue accepts. */
  readonly accepts?: (event: E) => void;
}

/** How a consumer subscribes to a `Topic`. `K`: the types of events that it gets. */
export interface SubscribeArgs<K extends string> extends SubscriptionFilter<K> {
  /**
   * Whether the queue receives the message without SNS's envelope. The consumer reads both forms.
   * @default true
   */
  readonly raw?: boolean;
}

/** The child resources of a `Topic`, by their roles. */
export interface TopicNodes {
  /** The topic. */
  readonly topic: sns.Topic;
  /** Its policy: TLS only. */
  readonly policy: sns.TopicPolicy;
  /** Where SNS puts deliveries that it gives up, with its own nodes. */
  readonly deadLetterQueue: DeadLetterQueue;
  /** What `subscribe` has made so far, by the consumers' names. */
  readonly subscriptions: Readonly<Record<string, sns.TopicSubscription>>;
  /** The alarms of the set `all`; empty without them. */
  readonly alarms: AlarmNodes;
}

/**
 * A topic: encrypted, TLS only, with one dead-letter queue for deliveries that SNS gives up. Publish with
 * `publishTo(topic)`. Throws a ResourceError for arguments that AWS would refuse.
 */
export class Topic<E extends { readonly type: string }> extends pulumi.ComponentResource {
  /** ARN of the topic. */
  readonly topicArn: pulumi.Output<string>;
  /** Name of the topic. */
  readonly topicName: pulumi.Output<string>;
  /** The customer managed key that it is encrypted with, if it is. */
  declare readonly kmsKeyArn?: pulumi.Output<string>;
  /** URL of the queue that keeps deliveries that SNS gives up. */
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  /** Where the dead letters are, and which topic they come from. */
  readonly deadLetters: DeadLetters<"topic">;
  /** Whether it is FIFO. */
  readonly fifo: boolean;
  /** Only a type: what may be published. */
  declare readonly accepts?: (event: E) => void;
  /**
   * Where SNS puts deliveries that it gives up; it admits SNS for exactly this topic. For subscriptions other than
   * `subscribe`'s.
   */
  readonly undelivered: DeadLetterQueue;
  private readonly subscribers = new Set<unknown>();
  readonly #subscriptions: Record<string, sns.TopicSubscription> = {};
  readonly #nodes: TopicNodes;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - What is to differ from the defaults. Default: nothing.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(
    private readonly name: string,
    args: TopicArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:Topic", name, {}, opts);
    const errors = new ArgumentErrors(`Topic "${name}"`);
    checkName(name, errors, [nameOfTopic(args.fifo ?? false), nameOfDeadLetters(args.fifo ?? false)]);
    if (args.contentBasedDeduplication === true && args.fifo !== true) {
      errors.add("contentBasedDeduplication is for FIFO topics; add fifo: true, or leave it out.");
    }
    checkKeys(args, errors);
    checkAlarms(args.overrides?.alarms, errors);
    errors.throwIfAny(this);

    this.fifo = args.fifo ?? false;
    if (args.kmsKeyArn !== undefined) this.kmsKeyArn = keyArnOf(args.kmsKeyArn, this);
    const topic = this.createTopic(args);
    this.topicArn = topic.arn;
    this.topicName = topic.name;
    const policy = this.createPolicy(topic);
    this.undelivered = createDeadLetters(name, args, this, { fifo: this.fifo });
    this.undelivered.admit({
      Sid: "Undelivered",
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Condition: { ArnEquals: { "aws:SourceArn": this.topicArn } },
    });
    const alarms = createAlarms(name, topicAlarms(name, this.topicArn), {
      operations: args,
      overrides: args.overrides?.alarms,
      parent: this,
    });
    this.#nodes = {
      topic,
      policy,
      deadLetterQueue: this.undelivered,
      subscriptions: this.#subscriptions,
      alarms,
    };
    this.deadLetterQueueUrl = this.undelivered.url;
    this.deadLetters = { url: this.undelivered.url, sourceArn: this.topicArn, kind: "topic" };
    this.registerOutputs({
      topicArn: this.topicArn,
      topicName: this.topicName,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      deadLetters: this.deadLetters,
    });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): TopicNodes {
    return this.#nodes;
  }

  /**
   * Delivers events to a consumer's queue, which admits exactly this topic. The compiler refuses a consumer that cannot
   * read all `types`. Throws a ResourceError for a consumer that has subscribed before, for a FIFO queue on a standard
   * topic, for a filter that SNS would refuse, and after the program's synchronous part.
   * @param consumer - The consumer whose queue gets the events.
   * @param args - Which events it gets, and how. Default: all events, without the envelope of SNS.
   */
  subscribe<K extends E["type"] = E["type"]>(
    consumer: Subscriber<Extract<E, { readonly type: NoInfer<K> }>> & pulumi.Resource & { readonly name: string },
    args: SubscribeArgs<K> = {},
  ): void {
    const label = `Topic "${this.name}": the subscription of "${consumer.name}"`;
    if (this.subscribers.has(consumer)) {
      throw new pulumi.ResourceError(`${label} exists already; combine the types of both in one.`, this, true);
    }
    if (consumer.fifo && !this.fifo) {
      throw new pulumi.ResourceError(
        `${label} leads from a standard topic to a FIFO queue, which SNS refuses; make the topic fifo, or the ` +
          "queue a standard one.",
        this,
        true,
      );
    }
    const errors = new ArgumentErrors(label);
    checkSubscriptionFilter(args, errors);
    errors.throwIfAny(this);
    this.subscribers.add(consumer);
    const policy = consumer.admit({
      Sid: `From${this.name.replace(/[^A-Za-z0-9]/g, "")}`,
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Condition: { ArnEquals: { "aws:SourceArn": this.topicArn } },
    });
    const subscriptionName = (consumersName: string) => `${this.name}-${consumersName}`;
    this.#subscriptions[consumer.name] = new sns.TopicSubscription(
      subscriptionName(consumer.name),
      {
        topic: this.topicArn,
        protocol: "sqs",
        endpoint: consumer.queueArn,
        rawMessageDelivery: args.raw ?? true,
        ...filterPolicyOf(args),
        redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: this.undelivered.arn }),
      },
      {
        parent: this,
        // A consumer that is renamed keeps its queue, and SNS its subscription: a second one would be the same, and
        // deleted with the first.
        aliases: [...aliasesAfter(consumer, subscriptionName)],
        // A delivery that the queue does not admit is given up at once.
        dependsOn: [policy, this.undelivered.policy],
      },
    );
  }

  private createTopic({ contentBasedDeduplication, overrides }: TopicArgs): sns.Topic {
    return new sns.Topic(
      this.name,
      {
        ...overrides?.topic,
        ...(this.fifo && { fifoTopic: true, contentBasedDeduplication: contentBasedDeduplication ?? false }),
        kmsMasterKeyId: this.kmsKeyArn ?? "alias/aws/sns",
      },
      { parent: this },
    );
  }

  /** It takes the place of SNS's default policy; the account's own roles publish by their own policies. */
  private createPolicy(topic: sns.Topic): sns.TopicPolicy {
    return new sns.TopicPolicy(
      this.name,
      {
        arn: topic.arn,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [publishByTlsOnly(topic.arn)],
        }),
      },
      { parent: this },
    );
  }
}
