// The stream of a DynamoDB table with a callback that consumes it and with its dead letters.
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { checkAlarms, createAlarms } from "./alarms/alarms";
import { streamFunctionAlarms } from "./alarms/function-alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName, nameOfDeadLetters, namesOfFunction } from "./base/names";
import { OutputError } from "./base/output-error";
import type { Binding, BindingsArg, TableReference } from "./binding";
import { createDeadLetters, type DeadLetterQueueOverrides } from "./dead-letter-queue";
import { CallbackFunction } from "./function/callback-function";
import type { IdempotencyArg } from "./function/idempotency";
import { decryptStatements } from "./iam/encryption";
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

/** The arguments of a `TableConsumer` that do not depend on the types of its callback. */
export interface TableConsumerOptions extends StreamMappingOptions {
  /** The table, with its stream on: a `Table`, an `aws.dynamodb.Table`, or the ARN of an existing one's stream. At most two consumers read a table's stream. */
  readonly table: (Pick<aws.dynamodb.Table, "streamArn"> | { readonly streamArn: pulumi.Input<string> }) &
    Pick<TableReference, "kmsKeyArn" | "formerKmsKeyArn"> & {
      /** A `Table` says it itself. */
      readonly hasStream?: boolean;
    };
  readonly overrides?: StreamOverrides & {
    readonly deadLetterQueue?: DeadLetterQueueOverrides["queue"];
    readonly alarm?: DeadLetterQueueOverrides["alarm"];
  };
}

/** The arguments of a `TableConsumer`. The schema of its callback is `tableChange(<schema of the items>)`. */
export type TableConsumerArgs<Wire, In, B extends object> = TableConsumerOptions &
  StreamCallback<Wire, In, B> &
  BindingsArg<B> &
  IdempotencyArg<In>;

/** Half of the 24 hours for which DynamoDB keeps changes. */
const defaultRecordAge = 43_200;
const longestRecordAge = 86_400;

/**
 * The function that consumes a table's changes in order per item, and the dead-letter queue for what it gives up: a change that
 * cannot succeed is there with its images, and the shard goes on. Throws a ResourceError that lists every argument that AWS would
 * refuse or that could not work.
 */
export class TableConsumer<
  Wire = unknown,
  In = unknown,
  B extends object = Record<never, never>,
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
    readonly kind: "table";
  };

  constructor(name: string, args: TableConsumerArgs<Wire, In, B>, opts?: pulumi.ComponentResourceOptions) {
    super("spillway:index:TableConsumer", name, {}, opts);
    const errors = new ArgumentErrors(`TableConsumer "${name}"`);
    checkName(name, errors, [...namesOfFunction, nameOfDeadLetters(false)]);
    checkStreamMapping(args, null, errors);
    checkAlarms(args.overrides?.alarms, errors);
    if (args.maximumRecordAge !== undefined && args.maximumRecordAge > longestRecordAge) {
      errors.add(
        `maximumRecordAge is ${args.maximumRecordAge} s, and DynamoDB keeps changes for ${longestRecordAge} s, so they would expire without a dead letter; give less.`,
      );
    }
    const { streamArn: givenArn, hasStream } = args.table;
    const fault = hasStream === false ? noStream : typeof givenArn === "string" ? faultOf(givenArn) : undefined;
    if (fault !== undefined) errors.add(fault);
    errors.throwIfAny(this);

    const { overrides, maximumRecordAge = defaultRecordAge } = args;
    const recordAge = maximumRecordAge === -1 ? longestRecordAge : maximumRecordAge;
    const streamArn = pulumi.output(givenArn).apply((known) => {
      const unfit = faultOf(known);
      if (unfit === undefined) return known;
      throw new OutputError(`TableConsumer "${name}": ${unfit}`, this);
    });
    const deadLetters = createDeadLetters(name, args, this);
    const bindings: Readonly<Record<string, Binding<unknown>>> = args.bindings ?? {};
    const fn = new CallbackFunction(
      name,
      {
        ...args,
        bindings,
        statements: [
          {
            actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            resources: [streamArn],
            onBehalf: true,
          },
          // It knows no resource: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
          { actions: ["dynamodb:ListStreams"], resources: ["*"], onBehalf: true },
          ...decryptStatements("dynamodb", args.table.kmsKeyArn, args.table.formerKmsKeyArn),
          ...destinationStatements(deadLetters, args),
        ],
        around: { module: "table", handler: "tableHandler" },
        retries: streamRetriesOf(args, recordAge),
        source: {
          kind: "stream",
          deadLetterQueueUrl: deadLetters.url,
          concurrency: args.concurrency ?? streamDefaults.concurrency,
        },
      },
      { parent: this },
    );
    createStreamMapping(name, {
      eventSourceArn: streamArn,
      options: args,
      maximumRecordAge: defaultRecordAge,
      deadLetterQueueArn: deadLetters.arn,
      fn,
      ...(overrides?.mapping !== undefined && { overrides: overrides.mapping }),
      parent: this,
    });
    const watched = { name, functionName: fn.functionName };
    createAlarms(name, streamFunctionAlarms(watched, streamTimesOf(args, recordAge)), {
      operations: args,
      overrides: overrides?.alarms,
      parent: this,
    });

    this.deadLetterQueueUrl = deadLetters.url;
    this.deadLetterQueueArn = deadLetters.arn;
    this.functionName = fn.functionName;
    this.functionArn = fn.functionArn;
    this.timeout = fn.timeout;
    this.deadLetters = { url: deadLetters.url, sourceArn: streamArn, kind: "table" };
    this.registerOutputs({
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      deadLetterQueueArn: this.deadLetterQueueArn,
      functionName: this.functionName,
      functionArn: this.functionArn,
    });
  }
}

const noStream = "its table has no stream, so there are no changes to read; give a Table stream: true.";

/** What is wrong with the ARN of a stream; an `aws.dynamodb.Table` without a stream has none. */
function faultOf(streamArn: string | undefined): string | undefined {
  if (streamArn === undefined || streamArn === "") {
    return "its table has no stream, so there are no changes to read; set streamEnabled and streamViewType: NEW_AND_OLD_IMAGES there.";
  }
  if (/^arn:[^:]+:dynamodb:[^:]+:\d{12}:table\/[^/]+\/stream\/.+$/.test(streamArn)) return undefined;
  return (
    `table.streamArn is "${streamArn}"; give the ARN of a table's stream, as ` +
    "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000."
  );
}
