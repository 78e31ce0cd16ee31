// A callback that consumes an SNS topic without a queue between, and the dead letters of both: delivery and processing.
// It is longer than others because the doc comments of its arguments are part of it.
import * as lambda from "@pulumi/aws/lambda";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmOverrides } from "./alarms/alarms";
import {
  type AsynchronousFunctionAlarm,
  asynchronousFunctionAlarms,
  type FunctionAlarm,
} from "./alarms/function-alarms";
import { type TopicAlarm, topicAlarms } from "./alarms/source-alarms";
import type { ArgumentErrors } from "./base/argument-errors";
import { faultOfArn } from "./base/arns";
import { nameOfDeadLetters } from "./base/names";
import type { Operations } from "./base/operations";
import { OutputError } from "./base/output-error";
import type { BindingsArg } from "./binding";
import { createDeadLetters, type DeadLetterQueue, type DeadLetterQueueOverrides } from "./dead-letter-queue";
import type { FunctionOptions, FunctionOverrides } from "./function/args";
import type { CallbackFunction } from "./function/callback-function";
import { functionDefaults } from "./function/defaults";
import type { IdempotencyArg } from "./function/idempotency";
import { type CreatedSource, FunctionConsumer } from "./function-consumer";
import type { Callback } from "./runtime/callback/callback";
import { Topic } from "./topic";
import { checkSubscriptionFilter, filterPolicyOf, type SubscriptionFilter } from "./topic/subscription-filter";

/** A topic that is managed elsewhere, or an `aws.sns.Topic`. Its events are not known to the compiler. */
export interface ExistingTopic {
  /** ARN of the topic. */
  readonly arn: pulumi.Input<string>;
}

/** The arguments of a `TopicConsumer` that do not depend on the types of its callback or of its topic. */
export interface TopicConsumerOptions extends FunctionOptions, Operations {
  /**
   * Number of times that Lambda tries a failed event again, 0 to 2: one minute after the first attempt, and two minutes
   * after the second. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
   * @default 2
   */
  readonly maximumRetryAttempts?: number;
  /**
   * Seconds after which Lambda gives up an event, whether it is throttled or fails, 60 to 21,600.
   * @default 21600 (6 hours)
   */
  readonly maximumEventAge?: number;
  /**
   * Properties of the child resources that no argument sets.
   * @default none
   */
  readonly overrides?: FunctionOverrides & {
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
    readonly alarms?: AlarmOverrides<FunctionAlarm | AsynchronousFunctionAlarm | TopicAlarm>;
  };
}

/** What the compiler asks of a callback that must read every event of `Delivered`. */
type Reads<Wire, Delivered> = [Delivered] extends [Wire]
  ? unknown
  : { readonly "the callback cannot read": Exclude<Delivered, Wire> };

/** The arguments of a `TopicConsumer`. `E`: the events of its topic; `K`: the types that are delivered. */
export type TopicConsumerArgs<
  Wire,
  In,
  B extends object,
  E extends { readonly type: string },
  K extends string,
> = TopicConsumerOptions &
  SubscriptionFilter<K> & {
    /**
     * A standard topic, because SNS delivers FIFO topics to queues only: a `Topic`, or `{ arn }` of an existing one.
     */
    readonly topic: Topic<E> | ExistingTopic;
    /** Of a `Topic`, only types that it has. */
    readonly types?: [E] extends [never] ? unknown : readonly E["type"][];
    /**
     * The callback that handles each message: exported by a module of its own, or an inline one. The compiler refuses
     * one that cannot read all `types`.
     */
    readonly callback: Callback<Wire, In, B> & Reads<Wire, Extract<E, { readonly type: K }>>;
  } & BindingsArg<B> &
  IdempotencyArg<In>;

/** The child resources that only a TopicConsumer has. */
export interface TopicConsumerNodes {
  /** The topic's subscription that invokes the function. */
  readonly subscription: sns.TopicSubscription;
  /** Admits the topic to the function. */
  readonly permission: lambda.Permission;
  /** How often and for how long Lambda tries, and where it puts what it gives up. */
  readonly invocations: lambda.FunctionEventInvokeConfig;
}

const defaults = { maximumRetryAttempts: 2, maximumEventAge: 21_600 } as const;
/** Seconds: a minute before the second attempt, two before the third. */
const longestRetryDelay = 120;

/**
 * A subscription of a topic, the function that it invokes, and the dead-letter queue for what that gives up: what
 * cannot succeed is there at once with its reason, what failed at each attempt as Lambda's own record of it. Deliveries
 * that SNS gives up are in the topic's dead-letter queue, or, for an existing topic, in this one. Throws a
 * ResourceError that lists every argument that AWS would refuse or that could not work.
 */
export class TopicConsumer<
  Wire = unknown,
  In = unknown,
  B extends object = Record<never, never>,
  E extends { readonly type: string } = never,
  K extends string = E["type"],
> extends FunctionConsumer<"topic-consumer", TopicConsumerNodes> {
  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - The topic, the callback with its bindings, and what is to differ from the defaults.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(name: string, args: TopicConsumerArgs<Wire, In, B, E, K>, opts?: pulumi.ComponentResourceOptions) {
    const { topic } = args;
    super(
      "TopicConsumer",
      name,
      args,
      {
        around: { module: "topic", handler: "topicHandler" },
        retries: {
          attempts: 1 + (args.maximumRetryAttempts ?? defaults.maximumRetryAttempts),
          gap: longestRetryDelay + (args.timeout ?? functionDefaults.timeout),
          throttledFor: args.maximumEventAge ?? defaults.maximumEventAge,
        },
        names: [nameOfDeadLetters(false)],
        windows: false,
        check: (errors) => check(args, topic, errors),
        create: (consumer) => createSource(name, args, topic, consumer),
      },
      opts,
    );
  }
}

type Options = TopicConsumerOptions & SubscriptionFilter<string>;

function createSource(
  name: string,
  options: Options,
  topic: Topic<never> | ExistingTopic,
  consumer: pulumi.ComponentResource,
): CreatedSource<"topic-consumer", TopicConsumerNodes> {
  const own = topic instanceof Topic;
  const topicArn = own ? topic.topicArn : standardTopic(name, topic, consumer);
  const deadLetterQueue = createDeadLetters(name, options, consumer);
  return {
    kind: "topic-consumer",
    arn: topicArn,
    deadLetters: deadLetterQueue,
    deadLetterQueue,
    statements: [],
    settings: { kind: "topic", deadLetterQueueUrl: deadLetterQueue.url },
    connect(fn) {
      const undelivered = own ? topic.undelivered : admitDeliveries(deadLetterQueue, topicArn);
      return createSubscription(name, options, { topicArn, fn, deadLetterQueue, undelivered, consumer });
    },
    alarms: (functionName) => [
      ...asynchronousFunctionAlarms(
        { name, functionName },
        options.overrides?.function?.deadLetterConfig !== undefined,
      ),
      // A Topic has it already.
      ...(own ? [] : topicAlarms(name, topicArn)),
    ],
  };
}

/** Throws in the deployment what `check` could not see in the program. */
function standardTopic(name: string, { arn }: ExistingTopic, owner: pulumi.Resource): pulumi.Output<string> {
  return pulumi.output(arn).apply((known) => {
    const fault = faultOf(known);
    if (fault === undefined) return known;
    throw new OutputError(`TopicConsumer "${name}": ${fault}`, owner);
  });
}

interface Parts {
  readonly topicArn: pulumi.Output<string>;
  readonly fn: CallbackFunction;
  readonly deadLetterQueue: DeadLetterQueue;
  /** Where SNS puts the deliveries that it gives up. */
  readonly undelivered: DeadLetterQueue;
  readonly consumer: pulumi.Resource;
}

function createSubscription(name: string, options: Options, parts: Parts): TopicConsumerNodes {
  const { topicArn, fn, deadLetterQueue, undelivered, consumer } = parts;
  const permission = new lambda.Permission(
    name,
    {
      action: "lambda:InvokeFunction",
      function: fn.functionName,
      principal: "sns.amazonaws.com",
      sourceArn: topicArn,
    },
    { parent: consumer },
  );
  const invocations = new lambda.FunctionEventInvokeConfig(
    name,
    {
      functionName: fn.functionName,
      maximumRetryAttempts: options.maximumRetryAttempts ?? defaults.maximumRetryAttempts,
      maximumEventAgeInSeconds: options.maximumEventAge ?? defaults.maximumEventAge,
      destinationConfig: { onFailure: { destination: deadLetterQueue.arn } },
    },
    // Lambda refuses a destination that the function's role may not send to.
    { parent: consumer, dependsOn: [fn.nodes.rolePolicy] },
  );
  const subscription = new sns.TopicSubscription(
    name,
    {
      topic: topicArn,
      protocol: "lambda",
      endpoint: fn.functionArn,
      ...filterPolicyOf(options),
      redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: undelivered.arn }),
    },
    // A delivery that the function does not admit is given up at once, and an event without the settings is lost when
    // it fails.
    { parent: consumer, dependsOn: [permission, invocations, undelivered.policy] },
  );
  return { subscription, permission, invocations };
}

function admitDeliveries(deadLetters: DeadLetterQueue, topicArn: pulumi.Output<string>): DeadLetterQueue {
  deadLetters.admit({
    Sid: "Undelivered",
    Effect: "Allow",
    Principal: { Service: "sns.amazonaws.com" },
    Action: "sqs:SendMessage",
    Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
  });
  return deadLetters;
}

function check(options: Options, topic: { readonly fifo?: boolean } | ExistingTopic, errors: ArgumentErrors): void {
  const rule = "Lambda allows";
  checkSubscriptionFilter(options, errors);
  errors.integer("maximumRetryAttempts", options.maximumRetryAttempts, { min: 0, max: 2, rule });
  errors.integer("maximumEventAge", options.maximumEventAge, { min: 60, max: 21_600, unit: "s", rule });
  const arn = "arn" in topic ? topic.arn : undefined;
  const fault = "fifo" in topic && topic.fifo === true ? noFifo : typeof arn === "string" ? faultOf(arn) : undefined;
  if (fault !== undefined) errors.add(fault);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
const noFifo =
  "its topic is FIFO, and SNS delivers FIFO topics to queues only; subscribe a QueueConsumer with fifo: true to it.";

/** What is wrong with the ARN of an existing topic. */
function faultOf(topicArn: string): string | undefined {
  return topicArn.endsWith(".fifo") ? noFifo : faultOfArn("topic.arn", topicArn, "topic");
}
