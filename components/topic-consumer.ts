// A callback that consumes an SNS topic without a queue between, and the dead letters of both: delivery and processing.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmOverrides, checkAlarms, createAlarms } from "./alarms/alarms";
import {
  type AsynchronousFunctionAlarm,
  asynchronousFunctionAlarms,
  type FunctionAlarm,
} from "./alarms/function-alarms";
import { type TopicAlarm, topicAlarms } from "./alarms/source-alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName, nameOfDeadLetters, namesOfFunction } from "./base/names";
import type { Operations } from "./base/operations";
import { OutputError } from "./base/output-error";
import type { Binding, BindingsArg } from "./binding";
import { createDeadLetters, type DeadLetterQueue, type DeadLetterQueueOverrides } from "./dead-letter-queue";
import { checkFunctionOptions, type FunctionOptions, type FunctionOverrides } from "./function/args";
import { checkCallback } from "./function/callback-args";
import { CallbackFunction } from "./function/callback-function";
import { functionDefaults } from "./function/defaults";
import { checkIdempotency, type IdempotencyArg } from "./function/idempotency";
import { checkKeys, encryptStatements } from "./iam/encryption";
import type { AnyCallback, Callback } from "./runtime/callback/callback";
import { Topic } from "./topic";
import { checkSubscriptionFilter, filterPolicyOf, type SubscriptionFilter } from "./topic/subscription-filter";

/** A topic that is managed elsewhere, or an `aws.sns.Topic`. Its events are not known to the compiler. */
export interface ExistingTopic {
  readonly arn: pulumi.Input<string>;
}

/** The arguments of a `TopicConsumer` that do not depend on the types of its callback or of its topic. */
export interface TopicConsumerOptions extends FunctionOptions, Operations {
  /**
   * How often Lambda tries again what failed, 0 to 2; default 2: a minute after the first attempt, and two after the second.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
   */
  readonly maximumRetryAttempts?: number;
  /** Seconds after which Lambda gives up an event, throttled or failing, 60 to 21,600; default 21,600 (6 hours). */
  readonly maximumEventAge?: number;
  /** Properties of the children that no argument governs. */
  readonly overrides?: FunctionOverrides & {
    readonly deadLetterQueue?: DeadLetterQueueOverrides["queue"];
    readonly alarm?: DeadLetterQueueOverrides["alarm"];
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
    /** A standard topic: SNS delivers no FIFO topic to Lambda. */
    readonly topic: Topic<E> | ExistingTopic;
    /** Of a `Topic` only those types that it has. */
    readonly types?: [E] extends [never] ? unknown : readonly E["type"][];
    /** The callback that handles each message: exported by a module of its own, or an inline one. The compiler refuses one that cannot read all `types`. */
    readonly callback: Callback<Wire, In, B> & Reads<Wire, Extract<E, { readonly type: K }>>;
  } & BindingsArg<B> &
  IdempotencyArg<In>;

const defaults = { maximumRetryAttempts: 2, maximumEventAge: 21_600 } as const;
/** Seconds: a minute before the second attempt, two before the third. */
const longestRetryDelay = 120;

/**
 * A subscription of a topic, the function that it invokes, and the dead-letter queue for what that gives up: what cannot succeed is
 * there at once with its reason, what failed at each attempt as Lambda's own record of it. Deliveries that SNS gives up are in the
 * topic's dead-letter queue, or, for an existing topic, in this one. Throws a ResourceError that lists every argument that AWS
 * would refuse or that could not work.
 */
export class TopicConsumer<
  Wire = unknown,
  In = unknown,
  B extends object = Record<never, never>,
  E extends { readonly type: string } = never,
  K extends string = E["type"],
> extends pulumi.ComponentResource {
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  readonly deadLetterQueueArn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;
  /** Seconds after which Lambda ends an invocation. */
  readonly timeout: number;
  readonly deadLetters: {
    readonly url: pulumi.Output<string>;
    readonly sourceArn: pulumi.Output<string>;
    readonly kind: "topic-consumer";
  };

  constructor(
    private readonly name: string,
    args: TopicConsumerArgs<Wire, In, B, E, K>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:TopicConsumer", name, {}, opts);
    const { topic } = args;
    check(name, args, topic, this);
    const topicArn = topic instanceof Topic ? topic.topicArn : this.standardTopic(topic);
    const deadLetters = createDeadLetters(name, args, this);
    const bindings: Readonly<Record<string, Binding<unknown>>> = args.bindings ?? {};
    const fn = new CallbackFunction(
      name,
      {
        ...args,
        bindings,
        statements: [
          { actions: ["sqs:SendMessage"], resources: [deadLetters.arn] },
          ...encryptStatements("sqs", deadLetters.kmsKeyArn),
        ],
        around: { module: "topic", handler: "topicHandler" },
        retries: {
          attempts: 1 + (args.maximumRetryAttempts ?? defaults.maximumRetryAttempts),
          gap: longestRetryDelay + (args.timeout ?? functionDefaults.timeout),
          throttledFor: args.maximumEventAge ?? defaults.maximumEventAge,
        },
        source: { kind: "topic", deadLetterQueueUrl: deadLetters.url },
      },
      { parent: this },
    );
    const undelivered = topic instanceof Topic ? topic.undelivered : admitDeliveries(deadLetters, topicArn);
    this.createSubscription(args, { topicArn, fn, deadLetters, undelivered });
    const alarms = [
      ...asynchronousFunctionAlarms(
        { name, functionName: fn.functionName },
        args.overrides?.function?.deadLetterConfig !== undefined,
      ),
      // A Topic has it already.
      ...(topic instanceof Topic ? [] : topicAlarms(name, topicArn)),
    ];
    createAlarms(name, alarms, { operations: args, overrides: args.overrides?.alarms, parent: this });

    this.deadLetterQueueUrl = deadLetters.url;
    this.deadLetterQueueArn = deadLetters.arn;
    this.functionName = fn.functionName;
    this.functionArn = fn.functionArn;
    this.timeout = fn.timeout;
    this.deadLetters = { url: deadLetters.url, sourceArn: topicArn, kind: "topic-consumer" };
    this.registerOutputs({
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      deadLetterQueueArn: this.deadLetterQueueArn,
      functionName: this.functionName,
      functionArn: this.functionArn,
    });
  }

  /** Throws in the deployment what `check` could not see in the program. */
  private standardTopic({ arn }: ExistingTopic): pulumi.Output<string> {
    return pulumi.output(arn).apply((known) => {
      const fault = faultOf(known);
      if (fault === undefined) return known;
      throw new OutputError(`TopicConsumer "${this.name}": ${fault}`, this);
    });
  }

  private createSubscription(args: TopicConsumerOptions & SubscriptionFilter<string>, parts: Parts): void {
    const { topicArn, fn, deadLetters, undelivered } = parts;
    const permission = new aws.lambda.Permission(
      this.name,
      {
        action: "lambda:InvokeFunction",
        function: fn.functionName,
        principal: "sns.amazonaws.com",
        sourceArn: topicArn,
      },
      { parent: this },
    );
    const invocations = new aws.lambda.FunctionEventInvokeConfig(
      this.name,
      {
        functionName: fn.functionName,
        maximumRetryAttempts: args.maximumRetryAttempts ?? defaults.maximumRetryAttempts,
        maximumEventAgeInSeconds: args.maximumEventAge ?? defaults.maximumEventAge,
        destinationConfig: { onFailure: { destination: deadLetters.arn } },
      },
      // Lambda refuses a destination that the function's role may not send to.
      { parent: this, dependsOn: [fn.rolePolicy] },
    );
    new aws.sns.TopicSubscription(
      this.name,
      {
        topic: topicArn,
        protocol: "lambda",
        endpoint: fn.functionArn,
        ...filterPolicyOf(args),
        redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: undelivered.arn }),
      },
      // A delivery that the function does not admit is given up at once, and an event without the settings is lost when it fails.
      { parent: this, dependsOn: [permission, invocations, undelivered.policy] },
    );
  }
}

interface Parts {
  readonly topicArn: pulumi.Output<string>;
  readonly fn: CallbackFunction;
  readonly deadLetters: DeadLetterQueue;
  /** Where SNS puts the deliveries that it gives up. */
  readonly undelivered: DeadLetterQueue;
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

function check(
  name: string,
  options: TopicConsumerOptions & SubscriptionFilter<string> & { readonly callback: AnyCallback },
  topic: { readonly fifo?: boolean } | ExistingTopic,
  owner: pulumi.Resource,
): void {
  const errors = new ArgumentErrors(`TopicConsumer "${name}"`);
  const rule = "Lambda allows";
  checkName(name, errors, [...namesOfFunction, nameOfDeadLetters(false)]);
  checkFunctionOptions(options, errors);
  if (checkCallback(options.callback, errors, { windows: false })) checkIdempotency(options, errors);
  checkKeys(options, errors);
  checkAlarms(options.overrides?.alarms, errors);
  checkSubscriptionFilter(options, errors);
  errors.integer("maximumRetryAttempts", options.maximumRetryAttempts, { min: 0, max: 2, rule });
  errors.integer("maximumEventAge", options.maximumEventAge, { min: 60, max: 21_600, unit: "s", rule });
  const arn = "arn" in topic ? topic.arn : undefined;
  const fault = "fifo" in topic && topic.fifo === true ? noFifo : typeof arn === "string" ? faultOf(arn) : undefined;
  if (fault !== undefined) errors.add(fault);
  errors.throwIfAny(owner);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
const noFifo =
  "its topic is FIFO, and SNS delivers FIFO topics to queues only; subscribe a QueueConsumer with fifo: true to it.";

/** What is wrong with the ARN of an existing topic. */
function faultOf(topicArn: string): string | undefined {
  if (topicArn.endsWith(".fifo")) return noFifo;
  if (/^arn:[^:]+:sns:[^:]+:\d{12}:[\w-]{1,256}$/.test(topicArn)) return undefined;
  return `topic.arn is "${topicArn}"; give the ARN of a topic, as arn:aws:sns:eu-west-1:123456789012:events.`;
}
