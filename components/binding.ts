// A value handed to a callback together with the permission to use it. It is longer than others because each binding is
// here, with its doc comment.
import * as pulumi from "@pulumi/pulumi";
import { decryptStatements, encryptStatements, keyStatements } from "./iam/encryption";
import type { Statement } from "./iam/statement";
import { warnOfOwnDelays } from "./queue/own-delays";
import type {
  BusTarget,
  PublishTarget,
  ReadableTable,
  Secret,
  SendTarget,
  StreamTarget,
  TableAction,
  TableReadAction,
  WritableTable,
} from "./runtime/callback/callback";

/** A value of type `V` for a callback, and what the function's role is granted with it. Made by the functions below. */
export interface Binding<V> {
  /** What the callback receives, as a text. */
  readonly value: pulumi.Input<string>;
  /** What the function's role is granted with it. */
  readonly statements: readonly Statement[];
  /** Only a type: what the callback receives. */
  readonly carries?: (never: never) => V;
}

type BindingsFor<B extends object> = { readonly [K in keyof B]-?: Binding<B[K]> };

/** `bindings` is required exactly when the callback asks for some, and refused when it asks for none. */
export type BindingsArg<B extends object> = [keyof B] extends [never]
  ? {
      /**
       * A binding for each value that the callback's factory asks for. Leave it out if it asks for none.
       * @default none
       */
      readonly bindings?: Readonly<Record<string, never>>;
    }
  : {
      /** A binding for each value that the callback's factory asks for. */
      readonly bindings: BindingsFor<NoInfer<B>>;
    };

/** A DynamoDB table: a `Table`, an `aws.dynamodb.Table`, or an existing one. */
export interface TableReference {
  /** Name of the table. */
  readonly name: pulumi.Input<string>;
  /** ARN of the table. */
  readonly arn: pulumi.Input<string>;
  /**
   * ARN of the customer managed key that it is encrypted with. A `Table` has it.
   * @default none: one of AWS's own keys
   */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  /**
   * ARN of the customer managed key that it was encrypted with before. A `Table` has it.
   * @default none
   */
  readonly formerKmsKeyArn?: pulumi.Input<string> | undefined;
  /**
   * Names of its indexes. A `Table` has them.
   * @default all indexes that it has
   */
  readonly indexes?: readonly string[];
}

const gets = ["GetItem", "BatchGetItem", "ConditionCheckItem"] as const;
const queries = ["Query", "Scan"] as const;
const writes = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"] as const;

function tableStatements(table: TableReference, granted: readonly TableAction[]): readonly Statement[] {
  const indexes = (table.indexes ?? ["*"]).map((index) => pulumi.interpolate`${table.arn}/index/${index}`);
  const statement = (known: readonly TableAction[], resources: Statement["resources"]): readonly Statement[] => {
    const actions = known.filter((action) => granted.includes(action)).map((action) => `dynamodb:${action}`);
    return actions.length === 0 ? [] : [{ actions, resources }];
  };
  return [
    ...statement(gets, [table.arn]),
    ...statement(queries, [table.arn, ...indexes]),
    ...statement(writes, [table.arn]),
    ...decryptStatements("dynamodb", table.kmsKeyArn, table.formerKmsKeyArn),
  ];
}

/**
 * The table's name, and reading it: all of GetItem, BatchGetItem and ConditionCheckItem on the table, and Query and
 * Scan on it and on its indexes, or the `actions` given, as `readTable(orders, ["Query"])` for a callback that asks for
 * a `ReadableTable<"Query">`.
 * @param table - The table.
 * @param actions - What is granted, of the actions that read. Default: all of them.
 */
export function readTable<A extends TableReadAction = TableReadAction>(
  table: TableReference,
  actions?: readonly [A, ...A[]],
): Binding<ReadableTable<A>> {
  return { value: table.name, statements: tableStatements(table, actions ?? [...gets, ...queries]) };
}

/**
 * The table's name, reading it as `readTable` does, and PutItem, UpdateItem, DeleteItem and BatchWriteItem on it; or
 * the `actions` given, as `writeTable(orders, ["PutItem"])` for a callback that asks for a `WritableTable<"PutItem">`.
 * @param table - The table.
 * @param actions - What is granted. Default: all actions that read and write.
 */
export function writeTable<A extends TableAction = TableAction>(
  table: TableReference,
  actions?: readonly [A, ...A[]],
): Binding<WritableTable<A>> {
  return { value: table.name, statements: tableStatements(table, actions ?? [...gets, ...queries, ...writes]) };
}

/** What can be sent to: a QueueConsumer, typed by the events that its callback reads. */
export interface Sendable<Wire> {
  /** URL of the queue. */
  readonly queueUrl: pulumi.Output<string>;
  /** ARN of the queue. */
  readonly queueArn: pulumi.Output<string>;
  /**
   * ARN of the customer managed key that the queue is encrypted with.
   * @default none: one of AWS's own keys
   */
  readonly kmsKeyArn?: pulumi.Output<string> | undefined;
  /** Only a type: what the queue accepts. */
  readonly accepts?: (event: Wire) => void;
}

/**
 * The URL of the consumer's queue for `send`, and sqs:SendMessage on that queue, with the use of its customer managed
 * key.
 * @param consumer - The consumer whose queue the callback sends to.
 */
export function sendTo<Wire>(consumer: Sendable<Wire>): Binding<SendTarget<Wire>> {
  warnOfOwnDelays(consumer);
  return {
    value: consumer.queueUrl,
    statements: [
      { actions: ["sqs:SendMessage"], resources: [consumer.queueArn] },
      ...encryptStatements("sqs", consumer.kmsKeyArn),
    ],
  };
}

/** What can be put into: a StreamConsumer, typed by the events that its callback reads. */
export interface Puttable<Wire> {
  /** ARN of the stream. */
  readonly streamArn: pulumi.Output<string>;
  /**
   * What else is known of the stream.
   * @default nothing
   */
  readonly stream?: {
    /**
     * ARN of the customer managed key that the stream is encrypted with.
     * @default none: one of AWS's own keys
     */
    readonly kmsKeyArn?: pulumi.Input<string>;
  };
  /** Only a type: what the stream carries. */
  readonly accepts?: (event: Wire) => void;
}

/**
 * The ARN of the consumer's stream for `put`, and kinesis:PutRecord and kinesis:PutRecords on that stream, with
 * kms:GenerateDataKey on its customer managed key:
 * https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
 * @param consumer - The consumer whose stream the callback puts into.
 */
export function putTo<Wire>(consumer: Puttable<Wire>): Binding<StreamTarget<Wire>> {
  const { kmsKeyArn } = consumer.stream ?? {};
  return {
    value: consumer.streamArn,
    statements: [
      { actions: ["kinesis:PutRecord", "kinesis:PutRecords"], resources: [consumer.streamArn] },
      ...keyStatements("kinesis", ["kms:GenerateDataKey"], kmsKeyArn),
    ],
  };
}

/** What can be published on: a Topic, typed by its events. */
export interface Publishable<E> {
  /** ARN of the topic. */
  readonly topicArn: pulumi.Output<string>;
  /**
   * ARN of the customer managed key that the topic is encrypted with.
   * @default none: one of AWS's own keys
   */
  readonly kmsKeyArn?: pulumi.Output<string> | undefined;
  /** Only a type: what may be published. */
  readonly accepts?: (event: E) => void;
}

/**
 * The ARN of the topic for `publish`, and sns:Publish on that topic, with the use of its customer managed key.
 * @param topic - The topic that the callback publishes on.
 */
export function publishTo<E>(topic: Publishable<E>): Binding<PublishTarget<E>> {
  return {
    value: topic.topicArn,
    statements: [
      { actions: ["sns:Publish"], resources: [topic.topicArn] },
      ...encryptStatements("sns", topic.kmsKeyArn),
    ],
  };
}

/** An event bus of EventBridge, typed by its events: `eventBus<OrderEvent>(bus)`. */
export interface EventBus<E> {
  /** Name of the event bus. */
  readonly name: pulumi.Input<string>;
  /** ARN of the event bus. */
  readonly arn: pulumi.Input<string>;
  /** Only a type: what may be put on it. */
  readonly accepts?: (event: E) => void;
}

/**
 * An `aws.cloudwatch.EventBus`, or an existing one, with the events that it carries, so that the compiler checks what
 * is put on it and what its rules lead to. Without it a bus takes whatever a callback asks to put, and leads to any
 * consumer.
 * @param bus - The event bus: its name and its ARN.
 */
export function eventBus<E extends { readonly type: string }>(bus: Pick<EventBus<E>, "name" | "arn">): EventBus<E> {
  return bus;
}

/**
 * The ARN of the bus for `putEvent`, and events:PutEvents on that bus.
 * @param bus - The event bus, with its events if it comes from `eventBus`.
 */
export function putEvents<E>(bus: EventBus<E>): Binding<BusTarget<E>> {
  return { value: bus.arn, statements: [{ actions: ["events:PutEvents"], resources: [bus.arn] }] };
}

/**
 * A value as it is, with no permission.
 * @param value - What the callback receives.
 */
export function plain<T extends string>(value: pulumi.Input<T>): Binding<T> {
  return { value, statements: [] };
}

/**
 * A secret, read with `readSecret` at its first use: ssm:GetParameter on an SSM parameter, or
 * secretsmanager:GetSecretValue on a secret. `keyArn` adds kms:Decrypt on the customer managed key that it is encrypted
 * with.
 * @param from - ARN of the parameter or of the secret, and as `keyArn` that of its customer managed key. Default of
 * `keyArn`: none, because it is encrypted with a key of AWS.
 */
export function secret(
  from: ({ readonly parameterArn: pulumi.Input<string> } | { readonly secretArn: pulumi.Input<string> }) & {
    readonly keyArn?: pulumi.Input<string>;
  },
): Binding<Secret> {
  const [value, service, action] =
    "parameterArn" in from
      ? ([from.parameterArn, "ssm", "GetParameter"] as const)
      : ([from.secretArn, "secretsmanager", "GetSecretValue"] as const);
  const read = { actions: [`${service}:${action}`], resources: [value] };
  return { value, statements: [read, ...decryptStatements(service, from.keyArn)] };
}

/**
 * A value with permissions of your own, for what has no binding yet:
 * `statements(bucket.bucket, { actions: ["s3:GetObject"], resources: [...] })`. Throws when an action holds a wildcard,
 * which would grant what nobody has listed.
 * @param value - What the callback receives.
 * @param granted - What the function's role is granted with it. Default: nothing.
 */
export function statements<T extends string>(value: pulumi.Input<T>, ...granted: readonly Statement[]): Binding<T> {
  const wild = granted.flatMap(({ actions }) => actions).find((action) => action.includes("*"));
  if (wild !== undefined) {
    throw new pulumi.RunError(
      `statements: the action "${wild}" contains a wildcard; list each action that the callback calls.`,
    );
  }
  return { value, statements: granted };
}
