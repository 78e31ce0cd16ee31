// A whole program under test: started once for a test file, and asked and watched by its tests. Longer than 250 lines
// because every method has a doc comment for each parameter.

import type { PublishOptions } from "spillway/callback";
import type { DeadLetter } from "./host/dead-letters";
import type { Answer, PostOptions } from "./host/endpoint";
import type { PutOptions, SendOptions } from "./host/events";
import type { Ready } from "./host/messages";
import type { Item } from "./host/tables";
import { Remote } from "./remote";
import { type Duration, millisecondsOf, type SettleOptions } from "./time";
import type {
  AnyConsumers,
  DeadLetterName,
  EventOf,
  EventOfType,
  EventType,
  QueueName,
  StreamName,
  TopicName,
} from "./types";

/** Which program is started, and with what. */
export interface TestSettings {
  /**
   * Folder of the program's Pulumi.yaml or a folder below it, or the program's file; relative to the working
   * directory.
   * @default the working directory
   */
  readonly program?: string;
  /**
   * Name of the stack: Pulumi.<stack>.yaml.
   * @default "dev"
   */
  readonly stack?: string;
  /**
   * Values that replace those of the stack.
   * @default none
   */
  readonly config?: Readonly<Record<string, string>>;
  /**
   * What a StackReference to another stack returns, by the name of the stack and of the output.
   * @default none
   */
  readonly stackOutputs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /**
   * Whether `stop` rejects if there are dead letters that no test has read.
   * @default true
   */
  readonly failOnDeadLetters?: boolean;
  /**
   * Whether everything that functions write is printed on stderr as it comes.
   * @default false: what belongs to a dead letter that no test has read is printed
   */
  readonly verbose?: boolean;
  /**
   * TCP port on which the first function listens for a debugger, 1024 to 65,000. The others listen on the ports after
   * it, and no function times out.
   * @default none: no function listens
   */
  readonly inspectPort?: number;
}

/**
 * A table of the program under test. Each method rejects with an Error for the user if the program has no such table,
 * or if DynamoDB would refuse the key or the item.
 */
export interface TestTable {
  /** All items, in no particular order. */
  items(): Promise<readonly Item[]>;
  /**
   * The item with that key: each key attribute with its value. Undefined if there is none.
   * @param key - Each key attribute with its value.
   */
  get(key: Item): Promise<Item | undefined>;
  /**
   * Writes an item, as a producer would: its change comes to the table's consumers.
   * @param item - The whole item. One with the same key is replaced.
   */
  put(item: Item): Promise<void>;
}

/**
 * A program that runs. `C` has its consumers and topics by their names in the program, so that the compiler checks
 * names and events. Each method rejects with an Error that says what there is if the program has no such component.
 */
export interface TestRun<C extends object = AnyConsumers> extends AsyncDisposable {
  /**
   * Sends anything to the queue of a consumer, as a poison message. Resolves with the message's id.
   * @param consumer - The name of the consumer in the program.
   * @param event - A text is sent as it is, anything else as JSON.
   * @param options - `unchecked: true`, and those of `send` of a callback.
   */
  send<Name extends QueueName<C>>(
    consumer: Name,
    event: unknown,
    options: SendOptions & {
      /** The event may be anything. */
      readonly unchecked: true;
    },
  ): Promise<string>;
  /**
   * Sends an event to the queue of a consumer. Resolves with the message's id, which is the id of its flow unless
   * `correlationId` is given. Rejects with an Error for an event that the callback's schema refuses.
   * @param consumer - The name of the consumer in the program.
   * @param event - The event, as a producer sends it.
   * @param options - Those of `send` of a callback. Default: none; on a FIFO queue, the same group for all messages.
   */
  send<Name extends QueueName<C>>(
    consumer: Name,
    event: EventOf<C[Name & keyof C]>,
    options?: SendOptions,
  ): Promise<string>;
  /**
   * Publishes an event of a type on a topic, as `publish` of a callback does: in the envelope of CloudEvents, with its
   * type as an attribute. Resolves with the message's id.
   * @param topic - The name of the topic in the program.
   * @param type - The type of the event, by which subscriptions filter.
   * @param event - The event, without its type.
   * @param options - Those of `publish` of a callback. Default: a new id; on a FIFO topic, the same group for all.
   */
  publish<Name extends TopicName<C>, Type extends EventType<C[Name & keyof C]>>(
    topic: Name,
    type: Type,
    event: EventOfType<C[Name & keyof C], Type>,
    options?: PublishOptions,
  ): Promise<string>;
  /**
   * Puts anything into the stream of a consumer, as a poison record. Resolves with the record's sequence number.
   * @param stream - The name of the consumer in the program.
   * @param event - A text is put as it is, anything else as JSON.
   * @param options - `unchecked: true`, and the partition key. Default of the key: the same for all records.
   */
  put<Name extends StreamName<C>>(
    stream: Name,
    event: unknown,
    options: PutOptions & {
      /** The event may be anything. */
      readonly unchecked: true;
    },
  ): Promise<string>;
  /**
   * Puts an event into the stream of a consumer. Resolves with the record's sequence number. Rejects with an Error for
   * an event that the callback's schema refuses.
   * @param stream - The name of the consumer in the program.
   * @param event - The event, as a producer puts it.
   * @param options - The partition key. Default: the same for all records.
   */
  put<Name extends StreamName<C>>(
    stream: Name,
    event: EventOf<C[Name & keyof C]>,
    options?: PutOptions,
  ): Promise<string>;
  /**
   * Posts to the program's endpoint, with a signature. An object is sent as JSON, a text as it is. Resolves with the
   * answer, whatever its status.
   * @param path - The path of the route, as `/orders`.
   * @param body - An object, or a text.
   * @param options - Further headers, and the endpoint if there are several. Default: none.
   */
  post(path: string, body: unknown, options?: PostOptions): Promise<Answer>;
  /**
   * Runs a schedule once. No schedule runs by itself in a test.
   * @param schedule - The name of the schedule in the program.
   */
  tick(schedule: string): Promise<void>;
  /**
   * Resolves when nothing moves: no message is in a queue with a consumer, no function runs, no record of a stream is
   * unread, and nothing waits to be tried again. The clock skips visibility timeouts, delays, back-off, retries,
   * batching windows and tumbling windows. Rejects with an Error that says what still moves after so many invocations.
   * @param options - Number of invocations to wait for. Default: 1000.
   */
  settled(options?: SettleOptions): Promise<void>;
  /**
   * Lets time pass, with everything that comes due in it. Functions see it pass, too. Rejects as `settled` does.
   * @param duration - How much time passes: days, hours, minutes and seconds together, more than none.
   * @param options - Number of invocations to wait for. Default: 1000.
   */
  advance(duration: Duration, options?: SettleOptions): Promise<void>;
  /**
   * The dead letters of a consumer, topic, schedule or rule, oldest first. They stay where they are.
   * @param name - The name of the consumer, topic, schedule or rule in the program.
   */
  deadLetters(name: DeadLetterName<C>): Promise<readonly DeadLetter[]>;
  /**
   * The table with that name in the program.
   * @param name - The name of the table in the program.
   */
  table(name: string): TestTable;
  /** What the program exports, by the names of its outputs. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Origin of the local servers, for AWS's SDKs: the `endpoint` of a client, with any credentials. */
  readonly address: string;
  /** Milliseconds from the call of `startLocal` until the program was ready. */
  readonly readyMs: number;
  /**
   * Ends everything that was started. Rejects with an Error that shows dead letters which no test has read, with the
   * log of their flows, unless `failOnDeadLetters` is false; everything has ended in that case, too.
   */
  stop(): Promise<void>;
}

/**
 * Starts a program on this machine, in a process of its own, which ends with this one at the latest. Rejects with an
 * Error for the user if the program cannot start; nothing is left behind in that case.
 * @param settings - The program, the stack, and how they run. Default: the program in the working directory, stack
 * `dev`.
 */
export async function startLocal<C extends object = AnyConsumers>(settings: TestSettings = {}): Promise<TestRun<C>> {
  const started = performance.now();
  const { program = ".", stack = "dev", verbose = false, failOnDeadLetters = true, ...more } = settings;
  const { inspectPort = 1024 } = more;
  if (!(Number.isInteger(inspectPort) && inspectPort >= 1024 && inspectPort <= 65_000)) {
    throw new RangeError(`startLocal: inspectPort is ${inspectPort}. Give a whole number from 1,024 to 65,000.`);
  }
  const remote = new Remote();
  try {
    const ready = await remote.start({ program, stack, verbose, failOnDeadLetters, ...more });
    return testRun<C>(remote, { ...ready, readyMs: Math.round(performance.now() - started) });
  } catch (error) {
    await remote.end();
    throw error;
  }
}

function testRun<C extends object>(remote: Remote, ready: Ready): TestRun<C> {
  let stopping: Promise<void> | undefined;
  const run: TestRun<C> = {
    ...ready,
    send: (consumer: string, event: unknown, options: SendOptions = {}) =>
      remote.call(run.send, "send", consumer, event, options),
    publish: (topic, type, event, options = {}) => remote.call(run.publish, "publish", topic, type, event, options),
    put: (stream: string, event: unknown, options: PutOptions = {}) =>
      remote.call(run.put, "put", stream, event, options),
    post: (path, body, options = {}) => remote.call(run.post, "post", path, body, options),
    tick: (schedule) => remote.call(run.tick, "tick", schedule),
    settled: (options = {}) => remote.call(run.settled, "settled", options),
    advance: (duration, options = {}) => remote.call(run.advance, "advance", millisecondsOf(duration), options),
    deadLetters: (name) => remote.call(run.deadLetters, "deadLetters", name),
    table: (name) => {
      const table: TestTable = {
        items: () => remote.call(table.items, "items", name),
        get: (key) => remote.call(table.get, "item", name, key),
        put: (item) => remote.call(table.put, "putItem", name, item),
      };
      return table;
    },
    stop: () => {
      stopping ??= end(remote);
      return stopping;
    },
    [Symbol.asyncDispose]: () => run.stop(),
  };
  return run;
}

async function end(remote: Remote): Promise<void> {
  let report: string | undefined;
  try {
    report = await remote.call(end, "stop");
  } finally {
    await remote.end();
  }
  if (report !== undefined) throw new Error(report);
}
