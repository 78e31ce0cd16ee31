// A Kinesis stream with a callback that consumes it and with its dead letters.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmOverrides, checkAlarms, createAlarms } from "./alarms/alarms";
import { type FunctionAlarm, type StreamFunctionAlarm, streamFunctionAlarms } from "./alarms/function-alarms";
import { streamAlarms } from "./alarms/source-alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName, nameOfDeadLetters, namesOfFunction } from "./base/names";
import type { Binding, BindingsArg, Puttable } from "./binding";
import { createDeadLetters, type DeadLetterQueue, type DeadLetterQueueOverrides } from "./dead-letter-queue";
import { CallbackFunction } from "./function/callback-function";
import type { IdempotencyArg } from "./function/idempotency";
import { decryptStatements } from "./iam/encryption";
import type { AnyCallback } from "./runtime/callback/callback";
import {
  checkStreamMapping,
  createStreamMapping,
  destinationStatements,
  type StreamCallback,
  type StreamMappingOptions,
  type StreamOverrides,
  streamDefaults,
  streamRetriesOf,
  streamTimesOf,
} from "./stream/mapping";

/** The arguments of a `StreamConsumer` that do not depend on the types of its callback. */
export interface StreamConsumerOptions extends StreamMappingOptions {
  /** A stream that is there already, or that another consumer made (`other.stream`), instead of one of our own. */
  readonly stream?: ExistingStream;
  /** Shards of a provisioned stream, 1 to 10,000, each for 1 MB or 1,000 records a second; by default the stream is on demand. */
  readonly shards?: number;
  /** Hours for which records are kept, 24 to 8,760; default 168: what a description of a lost batch leads to must still be there. */
  readonly retention?: number;
  /** A consumer of its own for 2 MB a second and shard, at 70 ms, billed extra. Default false: it shares the stream's throughput. */
  readonly enhancedFanOut?: boolean;
  readonly overrides?: StreamConsumerOverrides;
}

/** A Kinesis stream that is managed elsewhere, or by another consumer. */
export interface ExistingStream {
  readonly arn: pulumi.Input<string>;
  /** The customer managed key that it is encrypted with, if it is. */
  readonly kmsKeyArn?: pulumi.Input<string>;
}

/** Properties of a `StreamConsumer`'s children that no argument governs. */
export interface StreamConsumerOverrides extends StreamOverrides {
  readonly stream?: Partial<
    Omit<aws.kinesis.StreamArgs, "shardCount" | "streamModeDetails" | "retentionPeriod" | "encryptionType" | "kmsKeyId">
  >;
  readonly deadLetterQueue?: DeadLetterQueueOverrides["queue"];
  readonly alarm?: DeadLetterQueueOverrides["alarm"];
  readonly alarms?: AlarmOverrides<FunctionAlarm | StreamFunctionAlarm | "readThrottles" | "writeThrottles">;
}

/** The arguments of a `StreamConsumer`. `Wire`, `In` and `B` are those of its callback, and are inferred from it. */
export type StreamConsumerArgs<Wire, In, B extends object> = StreamConsumerOptions &
  StreamCallback<Wire, In, B> &
  BindingsArg<B> &
  IdempotencyArg<In>;

const retention = { default: 168, min: 24, max: 8760 };
const defaultRecordAge = 86_400;

/**
 * A stream, the function that consumes it in order per partition key, and the dead-letter queue for what it gives up: a record that
 * cannot succeed is there with its payload, and the shard goes on. Throws a ResourceError that lists every argument that AWS would
 * refuse or that could not work.
 */
export class StreamConsumer<Wire = unknown, In = unknown, B extends object = Record<never, never>>
  extends pulumi.ComponentResource
  implements Puttable<Wire>
{
  readonly streamName: pulumi.Output<string>;
  readonly streamArn: pulumi.Output<string>;
  /** For another consumer of the same stream. */
  readonly stream: ExistingStream;
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  readonly deadLetterQueueArn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;
  /** Seconds after which Lambda ends an invocation. */
  readonly timeout: number;
  readonly deadLetters: {
    readonly url: pulumi.Output<string>;
    readonly sourceArn: pulumi.Output<string>;
    readonly kind: "stream";
  };
  /** Only a type: what the stream carries. */
  declare readonly accepts?: (event: Wire) => void;

  constructor(
    private readonly name: string,
    args: StreamConsumerArgs<Wire, In, B>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:StreamConsumer", name, {}, opts);
    check(name, args, this);
    const { overrides } = args;
    const own = args.stream === undefined ? this.createStream(args) : undefined;
    this.stream =
      own === undefined
        ? (args.stream ?? { arn: "" })
        : { arn: own.arn, ...(args.kmsKeyArn !== undefined && { kmsKeyArn: args.kmsKeyArn }) };
    this.streamArn = pulumi.output(this.stream.arn);
    this.streamName = own?.name ?? this.streamArn.apply((arn) => arn.split("/")[1] ?? "");
    const deadLetters = createDeadLetters(name, args, this);
    const eventSourceArn = args.enhancedFanOut === true ? this.createFanOut() : this.streamArn;
    const fn = this.createFunction(args, eventSourceArn, deadLetters);
    createStreamMapping(name, {
      eventSourceArn,
      options: args,
      maximumRecordAge: defaultAgeOf(args),
      deadLetterQueueArn: deadLetters.arn,
      fn,
      ...(overrides?.mapping !== undefined && { overrides: overrides.mapping }),
      parent: this,
    });
    const alarms = [
      ...streamFunctionAlarms({ name, functionName: fn.functionName }, streamTimesOf(args, recordAgeOf(args))),
      ...(own === undefined ? [] : streamAlarms(name, own.name)),
    ];
    createAlarms(name, alarms, { operations: args, overrides: overrides?.alarms, parent: this });

    this.deadLetterQueueUrl = deadLetters.url;
    this.deadLetterQueueArn = deadLetters.arn;
    this.functionName = fn.functionName;
    this.functionArn = fn.functionArn;
    this.timeout = fn.timeout;
    this.deadLetters = { url: deadLetters.url, sourceArn: this.streamArn, kind: "stream" };
    this.registerOutputs({
      streamName: this.streamName,
      streamArn: this.streamArn,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      deadLetterQueueArn: this.deadLetterQueueArn,
      functionName: this.functionName,
      functionArn: this.functionArn,
    });
  }

  private createStream({ shards, overrides, kmsKeyArn, ...args }: StreamConsumerOptions): aws.kinesis.Stream {
    return new aws.kinesis.Stream(
      this.name,
      {
        ...overrides?.stream,
        ...(shards === undefined
          ? { streamModeDetails: { streamMode: "ON_DEMAND" } }
          : { streamModeDetails: { streamMode: "PROVISIONED" }, shardCount: shards }),
        retentionPeriod: args.retention ?? retention.default,
        encryptionType: "KMS",
        kmsKeyId: kmsKeyArn ?? "alias/aws/kinesis",
      },
      { parent: this, protect: args.protect },
    );
  }

  private createFanOut(): pulumi.Output<string> {
    return new aws.kinesis.StreamConsumer(this.name, { streamArn: this.streamArn }, { parent: this }).arn;
  }

  private createFunction(
    args: StreamConsumerArgs<Wire, In, B>,
    eventSourceArn: pulumi.Output<string>,
    deadLetters: DeadLetterQueue,
  ): CallbackFunction {
    const bindings: Readonly<Record<string, Binding<unknown>>> = args.bindings ?? {};
    const { kmsKeyArn } = this.stream;
    return new CallbackFunction(
      this.name,
      {
        ...args,
        bindings,
        statements: [
          {
            actions: [
              "kinesis:DescribeStream",
              "kinesis:DescribeStreamSummary",
              "kinesis:GetRecords",
              "kinesis:GetShardIterator",
              "kinesis:ListShards",
            ],
            resources: [this.streamArn],
            onBehalf: true,
          },
          ...(args.enhancedFanOut === true
            ? [
                {
                  actions: ["kinesis:SubscribeToShard", "kinesis:DescribeStreamConsumer"],
                  resources: [eventSourceArn],
                  onBehalf: true,
                },
              ]
            : []),
          ...decryptStatements("kinesis", kmsKeyArn, args.formerKmsKeyArn),
          ...destinationStatements(deadLetters, args),
        ],
        around: { module: "kinesis", handler: "kinesisHandler" },
        retries: streamRetriesOf(args, recordAgeOf(args)),
        source: {
          kind: "stream",
          deadLetterQueueUrl: deadLetters.url,
          concurrency: args.concurrency ?? streamDefaults.concurrency,
        },
      },
      { parent: this },
    );
  }
}

/** Seconds until a record is given up; where no age is set, until it expires, of another's stream at the earliest. */
function recordAgeOf(options: StreamConsumerOptions): number {
  const { stream, maximumRecordAge = defaultAgeOf(options) } = options;
  if (maximumRecordAge !== -1) return maximumRecordAge;
  return (stream === undefined ? (options.retention ?? retention.default) : retention.min) * 3600;
}

/**
 * A stream that is there already may hold records of many days. A consumer that begins at the oldest gives none up for its age, or it would
 * give up at once what it begins with; how often a record is tried has its limit in any case.
 */
function defaultAgeOf({ stream, startingPosition = "TRIM_HORIZON" }: StreamConsumerOptions): number {
  return stream !== undefined && startingPosition === "TRIM_HORIZON" ? -1 : defaultRecordAge;
}

type Checked = StreamConsumerOptions & { readonly callback: AnyCallback };

function check(name: string, options: Checked, owner: pulumi.Resource): void {
  const errors = new ArgumentErrors(`StreamConsumer "${name}"`);
  checkName(name, errors, [...namesOfFunction, nameOfDeadLetters(false)]);
  checkStreamMapping(options, "data", errors);
  checkAlarms(options.overrides?.alarms, errors);
  const hours = { min: retention.min, max: retention.max, unit: "h", rule: "Kinesis allows" };
  const kept = errors.integer("retention", options.retention, hours);
  errors.integer("shards", options.shards, { min: 1, max: 10_000, rule: "Kinesis allows" });
  if (options.stream !== undefined) {
    for (const option of ["shards", "retention"] as const) {
      if (options[option] !== undefined) {
        errors.add(`${option} is for a stream of its own, and stream names another; set it where that one is made.`);
      }
    }
  }
  const age = options.maximumRecordAge ?? defaultAgeOf(options);
  const keptSeconds = (options.retention ?? retention.default) * 3600;
  if (kept && options.stream === undefined && age > keptSeconds) {
    errors.add(
      `maximumRecordAge ${age} s is more than the retention of ${keptSeconds} s, so records would expire without a dead letter; raise retention.`,
    );
  }
  errors.throwIfAny(owner);
}
