// A Kinesis stream with a callback that consumes it and with its dead letters. It is longer than others because the doc
// comments of its arguments are part of it.
import * as kinesis from "@pulumi/aws/kinesis";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmOverrides } from "./alarms/alarms";
import type { FunctionAlarm, StreamFunctionAlarm } from "./alarms/function-alarms";
import { streamAlarms } from "./alarms/source-alarms";
import type { ArgumentErrors } from "./base/argument-errors";
import { faultOfArn } from "./base/arns";
import { nameOfDeadLetters } from "./base/names";
import { protectionOf } from "./base/operations";
import type { BindingsArg, Puttable } from "./binding";
import { createDeadLetters } from "./dead-letter-queue";
import type { IdempotencyArg } from "./function/idempotency";
import { type CreatedSource, FunctionConsumer } from "./function-consumer";
import { decryptStatements } from "./iam/encryption";
import type { AnyCallback } from "./runtime/callback/callback";
import {
  checkStreamMapping,
  type StreamCallback,
  type StreamMappingOptions,
  type StreamOverrides,
  streamRetriesOf,
} from "./stream/args";
import { createStreamSource, type StreamMappingNodes } from "./stream/mapping";

/** The arguments of a `StreamConsumer` that do not depend on the types of its callback. */
export interface StreamConsumerOptions extends StreamMappingOptions {
  /**
   * An existing stream, or one that another consumer created (`other.stream`).
   * @default none: the component creates a stream of its own
   */
  readonly stream?: ExistingStream;
  /**
   * Number of shards of a provisioned stream, 1 to 10,000, each for 1 MB or 1,000 records a second.
   * @default none: the stream is on demand
   */
  readonly shards?: number;
  /**
   * Hours for which records are kept, 24 to 8,760. The records that the description of a lost batch points to must
   * still exist.
   * @default 168
   */
  readonly retention?: number;
  /**
   * Whether the function gets throughput of its own, 2 MB a second and shard with a delay of 70 ms, for an extra
   * charge.
   * @default false: it shares the stream's throughput
   */
  readonly enhancedFanOut?: boolean;
  /**
   * Properties of the child resources that no argument sets.
   * @default none
   */
  readonly overrides?: StreamConsumerOverrides;
}

/** A Kinesis stream that is managed elsewhere, or by another consumer. */
export interface ExistingStream {
  /** ARN of the stream. */
  readonly arn: pulumi.Input<string>;
  /**
   * ARN of the customer managed key that it is encrypted with.
   * @default none: one of AWS's own keys
   */
  readonly kmsKeyArn?: pulumi.Input<string>;
}

/** Properties of a `StreamConsumer`'s children that no argument governs. */
export interface StreamConsumerOverrides extends StreamOverrides {
  /**
   * Properties of the stream.
   * @default none
   */
  readonly stream?: Partial<
    Omit<kinesis.StreamArgs, "shardCount" | "streamModeDetails" | "retentionPeriod" | "encryptionType" | "kmsKeyId">
  >;
  /**
   * Changes of the alarms of the set `all`.
   * @default none
   */
  readonly alarms?: AlarmOverrides<FunctionAlarm | StreamFunctionAlarm | "readThrottles" | "writeThrottles">;
}

/** The arguments of a `StreamConsumer`. `Wire`, `In` and `B` are those of its callback, and are inferred from it. */
export type StreamConsumerArgs<Wire, In, B extends object> = StreamConsumerOptions &
  StreamCallback<Wire, In, B> &
  BindingsArg<B> &
  IdempotencyArg<In>;

/** The child resources that only a StreamConsumer has. */
export interface StreamConsumerNodes extends StreamMappingNodes {
  /** Undefined for an existing stream. */
  readonly stream: kinesis.Stream | undefined;
  /** The stream's consumer with throughput of its own; undefined without `enhancedFanOut`. */
  readonly fanOut: kinesis.StreamConsumer | undefined;
}

interface CreatedStream extends CreatedSource<"stream", StreamConsumerNodes> {
  readonly stream: ExistingStream;
  readonly streamName: pulumi.Output<string>;
}

const retention = { default: 168, min: 24, max: 8760 };
const defaultRecordAge = 86_400;

/**
 * A stream, the function that consumes it in order per partition key, and the dead-letter queue for what it gives up: a
 * record that cannot succeed is there with its payload, and the shard goes on. Throws a ResourceError that lists every
 * argument that AWS would refuse or that could not work.
 */
export class StreamConsumer<Wire = unknown, In = unknown, B extends object = Record<never, never>>
  extends FunctionConsumer<"stream", StreamConsumerNodes, CreatedStream>
  implements Puttable<Wire>
{
  /** Name of the stream. */
  readonly streamName: pulumi.Output<string>;
  /** ARN of the stream. */
  readonly streamArn: pulumi.Output<string>;
  /** For another consumer of the same stream. */
  readonly stream: ExistingStream;
  /** Only a type: what the stream carries. */
  declare readonly accepts?: (event: Wire) => void;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - The callback with its bindings, and what is to differ from the defaults.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(name: string, args: StreamConsumerArgs<Wire, In, B>, opts?: pulumi.ComponentResourceOptions) {
    super(
      "StreamConsumer",
      name,
      args,
      {
        around: { module: "kinesis", handler: "kinesisHandler" },
        retries: streamRetriesOf(args, recordAgeOf(args)),
        names: [nameOfDeadLetters(false)],
        windows: true,
        check: (errors, callback) => check(args, callback, errors),
        create: (consumer) => createSource(name, args, consumer),
      },
      opts,
    );
    const { stream, streamName, arn } = this.source;
    this.stream = stream;
    this.streamName = streamName;
    this.streamArn = arn;
  }
}

function createSource(name: string, options: StreamConsumerOptions, consumer: pulumi.ComponentResource): CreatedStream {
  const own = options.stream === undefined ? createStream(name, options, consumer) : undefined;
  const stream =
    own === undefined
      ? (options.stream ?? { arn: "" })
      : { arn: own.arn, ...(options.kmsKeyArn !== undefined && { kmsKeyArn: options.kmsKeyArn }) };
  const arn = pulumi.output(stream.arn);
  const streamName = own?.name ?? arn.apply((known) => known.split("/")[1] ?? "");
  const deadLetterQueue = createDeadLetters(name, options, consumer);
  const fanOut =
    options.enhancedFanOut === true
      ? new kinesis.StreamConsumer(name, { streamArn: arn }, { parent: consumer })
      : undefined;
  const common = createStreamSource(name, {
    options,
    eventSourceArn: fanOut?.arn ?? arn,
    maximumRecordAge: defaultAgeOf(options),
    recordAge: recordAgeOf(options),
    deadLetterQueue,
    consumer,
  });
  return {
    ...common,
    kind: "stream",
    arn,
    stream,
    streamName,
    outputs: { streamName, streamArn: arn },
    statements: [
      {
        actions: [
          "kinesis:DescribeStream",
          "kinesis:DescribeStreamSummary",
          "kinesis:GetRecords",
          "kinesis:GetShardIterator",
          "kinesis:ListShards",
        ],
        resources: [arn],
        onBehalf: true,
      },
      ...(fanOut === undefined
        ? []
        : [
            {
              actions: ["kinesis:SubscribeToShard", "kinesis:DescribeStreamConsumer"],
              resources: [fanOut.arn],
              onBehalf: true,
            },
          ]),
      ...decryptStatements("kinesis", stream.kmsKeyArn, options.formerKmsKeyArn),
    ],
    connect: (fn) => ({ ...common.connect(fn), stream: own, fanOut }),
    alarms: (functionName) => [
      ...common.alarms(functionName),
      ...(own === undefined ? [] : streamAlarms(name, own.name)),
    ],
  };
}

function createStream(
  name: string,
  { shards, overrides, kmsKeyArn, ...options }: StreamConsumerOptions,
  consumer: pulumi.ComponentResource,
): kinesis.Stream {
  return new kinesis.Stream(
    name,
    {
      ...overrides?.stream,
      ...(shards === undefined
        ? { streamModeDetails: { streamMode: "ON_DEMAND" } }
        : { streamModeDetails: { streamMode: "PROVISIONED" }, shardCount: shards }),
      retentionPeriod: options.retention ?? retention.default,
      encryptionType: "KMS",
      kmsKeyId: kmsKeyArn ?? "alias/aws/kinesis",
    },
    { parent: consumer, ...protectionOf(options) },
  );
}

/**
 * Seconds until a record is given up. Where no age is set, that is when it expires; the retention of an existing stream
 * is not known, so the shortest is assumed.
 */
function recordAgeOf(options: StreamConsumerOptions): number {
  const { stream, maximumRecordAge = defaultAgeOf(options) } = options;
  if (maximumRecordAge !== -1) return maximumRecordAge;
  return (stream === undefined ? (options.retention ?? retention.default) : retention.min) * 3600;
}

/**
 * An existing stream may hold records of many days. A consumer that begins at the oldest gives none up for
 * its age, or it would give up at once what it begins with; how often a record is tried has its limit in any case.
 */
function defaultAgeOf({ stream, startingPosition = "TRIM_HORIZON" }: StreamConsumerOptions): number {
  return stream !== undefined && startingPosition === "TRIM_HORIZON" ? -1 : defaultRecordAge;
}

function check(options: StreamConsumerOptions, callback: AnyCallback | undefined, errors: ArgumentErrors): void {
  checkStreamMapping({ options, callback, content: "data" }, errors);
  const hours = { min: retention.min, max: retention.max, unit: "h", rule: "Kinesis allows" };
  const kept = errors.integer("retention", options.retention, hours);
  errors.integer("shards", options.shards, { min: 1, max: 10_000, rule: "Kinesis allows" });
  if (options.stream !== undefined) {
    for (const option of ["shards", "retention"] as const) {
      if (options[option] !== undefined) {
        errors.add(`${option} is for a stream of its own, and stream names another; set it where that one is made.`);
      }
    }
    const { arn } = options.stream;
    const fault = typeof arn === "string" ? faultOfArn("stream.arn", arn, "stream") : undefined;
    if (fault !== undefined) errors.add(fault);
  }
  const age = options.maximumRecordAge ?? defaultAgeOf(options);
  const keptSeconds = (options.retention ?? retention.default) * 3600;
  if (kept && options.stream === undefined && age > keptSeconds) {
    errors.add(
      `maximumRecordAge ${age} s is more than the retention of ${keptSeconds} s, so records would expire without a ` +
        "dead letter; raise retention.",
    );
  }
}
