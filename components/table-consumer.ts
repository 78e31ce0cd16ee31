// The stream of a DynamoDB table with a callback that consumes it and with its dead letters.
import type * as dynamodb from "@pulumi/aws/dynamodb";
import * as pulumi from "@pulumi/pulumi";
import type { ArgumentErrors } from "./base/argument-errors";
import { faultOfArn } from "./base/arns";
import { nameOfDeadLetters } from "./base/names";
import { OutputError } from "./base/output-error";
import type { BindingsArg, TableReference } from "./binding";
import { createDeadLetters } from "./dead-letter-queue";
import type { IdempotencyArg } from "./function/idempotency";
import { type CreatedSource, FunctionConsumer } from "./function-consumer";
import { decryptStatements } from "./iam/encryption";
import type { AnyCallback } from "./runtime/callback/callback";
import { checkStreamMapping, type StreamCallback, type StreamMappingOptions, streamRetriesOf } from "./stream/args";
import { createStreamSource, type StreamMappingNodes } from "./stream/mapping";

/** The arguments of a `TableConsumer` that do not depend on the types of its callback. */
export interface TableConsumerOptions extends StreamMappingOptions {
  /**
   * The table, with its stream on: a `Table` with `stream: true`, an `aws.dynamodb.Table`, or `{ streamArn }` of an
   * existing table. At most two consumers can read one table's stream.
   */
  readonly table: (Pick<dynamodb.Table, "streamArn"> | { readonly streamArn: pulumi.Input<string> }) &
    Pick<TableReference, "kmsKeyArn" | "formerKmsKeyArn"> & {
      /**
       * Whether the table has a stream. A `Table` has it.
       * @default not known
       */
      readonly hasStream?: boolean;
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
 * The function that consumes a table's changes in order per item, and the dead-letter queue for what it gives up: a
 * change that cannot succeed is there with its images, and the shard goes on. Throws a ResourceError that lists every
 * argument that AWS would refuse or that could not work.
 */
export class TableConsumer<
  Wire = unknown,
  In = unknown,
  B extends object = Record<never, never>,
> extends FunctionConsumer<"table", StreamMappingNodes> {
  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - The table, the callback with its bindings, and what is to differ from the defaults.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(name: string, args: TableConsumerArgs<Wire, In, B>, opts?: pulumi.ComponentResourceOptions) {
    super(
      "TableConsumer",
      name,
      args,
      {
        around: { module: "table", handler: "tableHandler" },
        retries: streamRetriesOf(args, recordAgeOf(args)),
        names: [nameOfDeadLetters(false)],
        windows: true,
        check: (errors, callback) => check(args, callback, errors),
        create: (consumer) => createSource(name, args, consumer),
      },
      opts,
    );
  }
}

/** Seconds until a change is given up. */
function recordAgeOf({ maximumRecordAge = defaultRecordAge }: TableConsumerOptions): number {
  return maximumRecordAge === -1 ? longestRecordAge : maximumRecordAge;
}

function check(options: TableConsumerOptions, callback: AnyCallback | undefined, errors: ArgumentErrors): void {
  const { maximumRecordAge, table } = options;
  checkStreamMapping({ options, callback, content: null }, errors);
  if (maximumRecordAge !== undefined && maximumRecordAge > longestRecordAge) {
    errors.add(
      `maximumRecordAge is ${maximumRecordAge} s, and DynamoDB keeps changes for ${longestRecordAge} s, so they ` +
        "would expire without a dead letter; give less.",
    );
  }
  const { streamArn, hasStream } = table;
  const fault = hasStream === false ? noStream : typeof streamArn === "string" ? faultOf(streamArn) : undefined;
  if (fault !== undefined) errors.add(fault);
}

function createSource(
  name: string,
  options: TableConsumerOptions,
  consumer: pulumi.ComponentResource,
): CreatedSource<"table", StreamMappingNodes> {
  const { streamArn: givenArn, kmsKeyArn, formerKmsKeyArn } = options.table;
  const streamArn = pulumi.output(givenArn).apply((known) => {
    const unfit = faultOf(known);
    if (unfit === undefined) return known;
    throw new OutputError(`TableConsumer "${name}": ${unfit}`, consumer);
  });
  return {
    kind: "table",
    arn: streamArn,
    statements: [
      {
        actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        resources: [streamArn],
        onBehalf: true,
      },
      // It knows no resource: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
      { actions: ["dynamodb:ListStreams"], resources: ["*"], onBehalf: true },
      ...decryptStatements("dynamodb", kmsKeyArn, formerKmsKeyArn),
    ],
    ...createStreamSource(name, {
      options,
      eventSourceArn: streamArn,
      maximumRecordAge: defaultRecordAge,
      recordAge: recordAgeOf(options),
      deadLetterQueue: createDeadLetters(name, options, consumer),
      consumer,
    }),
  };
}

const noStream = "its table has no stream, so there are no changes to read; give a Table stream: true.";

/** What is wrong with the ARN of a stream; an `aws.dynamodb.Table` without a stream has none. */
function faultOf(streamArn: string | undefined): string | undefined {
  if (streamArn === undefined || streamArn === "") {
    return (
      "its table has no stream, so there are no changes to read; set streamEnabled and streamViewType: " +
      "NEW_AND_OLD_IMAGES there."
    );
  }
  return faultOfArn("table.streamArn", streamArn, "table's stream");
}
