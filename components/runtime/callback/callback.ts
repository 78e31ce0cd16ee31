// What functions/ import to define a callback: the types of a callback, of its bindings and of what it is told about a
// record. Longer than 250 lines because each of these types has a doc comment for each property and parameter.
import type { StandardSchemaV1 } from "@standard-schema/spec";

/** Writes one structured line per call to the function's log, with the invocation's request id. */
export interface RecordLogger {
  /**
   * Writes a line of level DEBUG.
   * @param message - What is written as the message of the line.
   * @param fields - Further members of the line. Default: none.
   */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /**
   * Writes a line of level INFO.
   * @param message - What is written as the message of the line.
   * @param fields - Further members of the line. Default: none.
   */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /**
   * Writes a line of level WARN.
   * @param message - What is written as the message of the line.
   * @param fields - Further members of the line. Default: none.
   */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /**
   * Writes a line of level ERROR.
   * @param message - What is written as the message of the line.
   * @param fields - Further members of the line. Default: none.
   */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a callback is told about the record it handles. */
export interface RecordContext {
  /** Identity of the record at its source: SQS's MessageId; the same at every attempt. */
  readonly id: string;
  /**
   * Number of times that the source has handed the record out, from 1. Undefined where AWS gives no count (streams,
   * asynchronous invocations).
   */
  readonly attempt: number | undefined;
  /**
   * Number of attempts after which the record is dead-lettered (the queue's maxReceiveCount). Undefined where `attempt`
   * is.
   */
  readonly maxAttempts: number | undefined;
  /** Milliseconds since the epoch at which a callback that still runs is given up with `CallbackTimeout`. */
  readonly deadline: number;
  /** Aborted at the deadline. Hand it to SDK calls and `fetch`, so that they end with the callback. */
  readonly signal: AbortSignal;
  /**
   * The id that all records of one flow share: that of the envelope or of the message attribute `correlationId`, else
   * the record's own. Hand it on with `publish`, `send` and `put`.
   */
  readonly correlationId: string;
  /** Of a Kinesis record: records of one key come in their order, those of others do not. Undefined elsewhere. */
  readonly partitionKey?: string | undefined;
  /** Writes to the function's log. */
  readonly logger: RecordLogger;
  /** What the record carried, decoded but not validated; for CloudEvents the envelope around `data`. */
  readonly event: unknown;
}

/**
 * What runs for each record. It succeeds when it returns or resolves, and fails when it throws or rejects.
 * @param event - What the schema makes of the record.
 * @param context - What the callback is told about the record.
 */
export type Handle<In> = (event: In, context: RecordContext) => Promise<void> | void;

/** One record of a batch as a batch callback sees it. */
export interface BatchRecord<In> {
  /** As in its context. */
  readonly id: string;
  /** What the schema makes of the record. */
  readonly event: In;
  /** What the callback is told about the record. */
  readonly context: RecordContext;
}

/** A record that a batch callback could not handle, and why. A `PermanentError` dead-letters it at once. */
export interface BatchFailure {
  /** The record's id. */
  readonly id: string;
  /** Why it failed. */
  readonly error: unknown;
}

/**
 * What runs for all valid records of a batch at once. It returns the records that failed; nothing means that all
 * succeeded. Throwing fails every record of the call.
 * @param records - The valid records of the batch.
 */
export type HandleBatch<In> = (
  records: readonly BatchRecord<In>[],
) => Promise<readonly BatchFailure[] | undefined> | readonly BatchFailure[] | undefined;

/** What a window callback is told about its tumbling window. */
export interface Window<State> {
  /** What the callback returned last for this window; undefined at its beginning. */
  readonly state: State | undefined;
  /** Start of the window, ISO 8601: it holds what came into the stream from then on. */
  readonly start: string;
  /** End of the window, ISO 8601: it holds what came into the stream before then. */
  readonly end: string;
  /** Whether the window is over: there are no more records, and what the state has come to can be stored. */
  readonly isFinal: boolean;
  /** Whether it ended before its time, and may go on with a new state. */
  readonly isTerminatedEarly: boolean;
  /** State is kept for each shard by itself. */
  readonly shardId: string;
  /** Milliseconds since the epoch at which a callback that still runs is given up with `CallbackTimeout`. */
  readonly deadline: number;
  /** Aborted at the deadline. */
  readonly signal: AbortSignal;
  /** Writes to the function's log. */
  readonly logger: RecordLogger;
}

/**
 * The next state: JSON, at most 1 MB. Where it throws, the state stays as it was and all records come again.
 * @param records - The valid records that have come since the last call, in their order.
 * @param window - The window, with the state so far.
 */
export type HandleWindow<In, State extends object> = (
  records: readonly BatchRecord<In>[],
  window: Window<State>,
) => Promise<State> | State;

declare const access: unique symbol;
/**
 * A name together with the access that was granted with it: a string for the SDK, not interchangeable for the compiler.
 */
export type Granted<Kind extends string> = string & { readonly [access]: { readonly [K in Kind]: true } };
/** DynamoDB's actions that read a table. */
export type TableReadAction = "GetItem" | "BatchGetItem" | "ConditionCheckItem" | "Query" | "Scan";
/** DynamoDB's actions on a table that a binding can grant. */
export type TableAction = TableReadAction | "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem";
/** A table to read; `ReadableTable<"Query">`: by these actions of DynamoDB's alone. */
export type ReadableTable<A extends TableReadAction = TableReadAction> = Granted<`table:${A}`>;
/**
 * A table to read and write; `WritableTable<"PutItem">`: by these actions alone. A transaction needs those of its
 * parts, as `UpdateItem`.
 */
export type WritableTable<A extends TableAction = TableAction> = Granted<`table:${A}`>;
/** Where a secret is kept; `readSecret` reads its value at first use. */
export type Secret = Granted<"secret:read">;

declare const carries: unique symbol;
/** A queue to which exactly `E` may be sent. Contravariant in `E`: a place for Animal is a place for Cat. */
export type SendTarget<E> = Granted<"queue:send"> & { readonly [carries]: (event: E) => void };

/** A topic on which exactly `E` may be published. */
export type PublishTarget<E> = Granted<"topic:publish"> & { readonly [carries]: (event: E) => void };
/** A stream into which exactly `E` may be put. */
export type StreamTarget<E> = Granted<"stream:put"> & { readonly [carries]: (event: E) => void };
/** An event bus to which exactly `E` may be sent. */
export type BusTarget<E> = Granted<"bus:put"> & { readonly [carries]: (event: E) => void };

/**
 * `Wire`: what a producer must send; `In`: what the schema makes of it; `B`: the bindings that the factory asks for.
 */
export interface Callback<Wire, In, B extends object> {
  /** Whether it takes one record at a time, or a batch at once. */
  readonly kind: "record" | "batch";
  /** The schema of its events. */
  readonly schema: StandardSchemaV1<Wire, In>;
  /**
   * Called once per execution environment; what it keeps stays warm between invocations.
   * @param bindings - The values of its bindings, by their names.
   */
  readonly factory: (bindings: B) => Handle<In> | HandleBatch<In>;
}

/**
 * Defines a callback: the schema of its events, and a factory that receives its bindings and returns the function to
 * run for each record. Throw `PermanentError` for a record that no retry can fix. What AWS refuses for the content of a
 * request is permanent, too; anything else that is thrown is retried.
 * @param schema - The schema of its events, of any library of Standard Schema. A record that it refuses becomes a dead
 * letter.
 * @param factory - Called once per execution environment with the values of the bindings. Returns what runs for each
 * record.
 */
export function callback<S extends StandardSchemaV1, B extends object = Record<never, never>>(
  schema: S,
  factory: (bindings: B) => Handle<StandardSchemaV1.InferOutput<S>>,
): Callback<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<S>, B> {
  return {
    kind: "record",
    schema: schema as StandardSchemaV1<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<S>>,
    factory,
  };
}

/**
 * Defines a callback that takes all valid records of a batch at once, and returns those that failed (nothing: all
 * succeeded). Throwing fails every record of the call.
 * @param schema - The schema of its events, of any library of Standard Schema. A record that it refuses becomes a dead
 * letter.
 * @param factory - Called once per execution environment with the values of the bindings. Returns what runs for each
 * batch.
 */
export function batchCallback<S extends StandardSchemaV1, B extends object = Record<never, never>>(
  schema: S,
  factory: (bindings: B) => HandleBatch<StandardSchemaV1.InferOutput<S>>,
): Callback<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<S>, B> {
  return {
    kind: "batch",
    schema: schema as StandardSchemaV1<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<S>>,
    factory,
  };
}

/** As `Callback`, of a tumbling window. `State`: what it keeps from call to call. */
export interface WindowCallback<Wire, In, B extends object, State extends object = object> {
  /** It takes the records of a tumbling window. */
  readonly kind: "window";
  /** The schema of its events. */
  readonly schema: StandardSchemaV1<Wire, In>;
  /**
   * Called once per execution environment; what it keeps stays warm between invocations.
   * @param bindings - The values of its bindings, by their names.
   */
  readonly factory: (
    bindings: B,
  ) => (records: readonly BatchRecord<In>[], window: Window<never>) => Promise<State> | State;
}

/**
 * Defines a callback that makes a state of all records of a tumbling window: it is called for each batch with the state
 * so far, and once more at the window's end. For a StreamConsumer or a TableConsumer with `tumblingWindow`. Say the
 * state's type with the window's: `(records, window: Window<Totals>) => …`.
 * @param schema - The schema of its events, of any library of Standard Schema. A record that it refuses becomes a dead
 * letter.
 * @param factory - Called once per execution environment with the values of the bindings. Returns what runs for each
 * batch of a window.
 */
export function windowCallback<
  S extends StandardSchemaV1,
  State extends object,
  B extends object = Record<never, never>,
>(
  schema: S,
  factory: (bindings: B) => HandleWindow<StandardSchemaV1.InferOutput<S>, State>,
): WindowCallback<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<S>, B, State> {
  return {
    kind: "window",
    schema: schema as StandardSchemaV1<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<S>>,
    factory,
  };
}

/** Any callback, whatever its events and bindings. */
export type AnyCallback =
  | {
      /** Whether it takes one record at a time, or a batch at once. */
      readonly kind: "record" | "batch";
      /** The schema of its events. */
      readonly schema: StandardSchemaV1;
      /**
       * Called once per execution environment; what it keeps stays warm between invocations.
       * @param bindings - The values of its bindings, by their names.
       */
      readonly factory: (bindings: never) => Handle<never> | HandleBatch<never>;
    }
  | AnyWindowCallback;

/** Any callback of a tumbling window. */
export interface AnyWindowCallback {
  /** It takes the records of a tumbling window. */
  readonly kind: "window";
  /** The schema of its events. */
  readonly schema: StandardSchemaV1;
  /**
   * Called once per execution environment; what it keeps stays warm between invocations.
   * @param bindings - The values of its bindings, by their names.
   */
  readonly factory: (bindings: never) => (records: readonly BatchRecord<never>[], window: Window<never>) => unknown;
}
