// A whole program under test: started once for a test file, and asked and watched by its tests.
import type { Graph } from "@spillway/graph";
import { type LocalRun, type LocalSettings, startLocal as startRun } from "@spillway/local";
import { type DeadLetter, deadLettersOf } from "./dead-letters";
import { type Answer, type PostOptions, postTo } from "./endpoint";
import { type PutOptions, publishOn, putInto, type SendOptions, sendTo } from "./events";
import { programIn } from "./program";
import { settle } from "./settle";
import { type TestTable, tableOf } from "./table";
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
   * Folder of the program's Pulumi.yaml, or the program's file; relative to the working directory.
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
  readonly stackOutputs?: NonNullable<LocalSettings["stackOutputs"]>;
}

/** A program that runs, with the components `C`: of each name in the program, the component. */
export interface TestRun<C> extends AsyncDisposable {
  /** Sends an event to the queue of a consumer. Resolves with the message's id. */
  send<Name extends QueueName<C>>(
    consumer: Name,
    event: unknown,
    options: SendOptions & { readonly unchecked: true },
  ): Promise<string>;
  send<Name extends QueueName<C>>(
    consumer: Name,
    event: EventOf<C[Name & keyof C]>,
    options?: SendOptions,
  ): Promise<string>;
  /** Publishes an event of that type on a topic, as `publish` of a callback does. Resolves with the message's id. */
  publish<Name extends TopicName<C>, Type extends EventType<C[Name & keyof C]>>(
    topic: Name,
    type: Type,
    event: EventOfType<C[Name & keyof C], Type>,
  ): Promise<string>;
  /** Puts an event into the stream of a consumer. Resolves with the record's sequence number. */
  put<Name extends StreamName<C>>(
    stream: Name,
    event: unknown,
    options: PutOptions & { readonly unchecked: true },
  ): Promise<string>;
  put<Name extends StreamName<C>>(
    stream: Name,
    event: EventOf<C[Name & keyof C]>,
    options?: PutOptions,
  ): Promise<string>;
  /** Posts to the program's endpoint. An object is sent as JSON. Resolves with the answer, whatever its status. */
  post(path: string, body: unknown, options?: PostOptions): Promise<Answer>;
  /** Resolves when nothing waits and nothing is in flight. */
  settled(): Promise<void>;
  /** The dead letters of a consumer, topic, schedule or rule. They stay where they are. */
  deadLetters(name: DeadLetterName<C>): Promise<readonly DeadLetter[]>;
  /** The table with that name in the program. Throws an Error that lists the tables there are. */
  table(name: string): TestTable;
  /** What the program exports. */
  readonly outputs: Graph["outputs"];
  /** Origin of the local servers, for AWS's SDKs: `endpoint` of a client, with any credentials. */
  readonly address: string;
  /** Ends everything that was started. */
  stop(): Promise<void>;
}

/** Starts the program on this machine. Rejects with an Error for the user; nothing is left behind in that case. */
export async function startLocal<C extends object = AnyConsumers>(settings: TestSettings = {}): Promise<TestRun<C>> {
  const { program = ".", stack = "dev", ...more } = settings;
  const local = await startRun({ port: 0, program: programIn(program), stack, speed: 50, ...more });
  return testRun(local);
}

function testRun<C>(local: LocalRun): TestRun<C> {
  const stop = () => local.close();
  return {
    send: (consumer: string, event: unknown, options: SendOptions = {}) => sendTo(local, consumer, event, options),
    publish: (topic, type, event) => publishOn(local, topic, type, event),
    put: (stream: string, event: unknown, options: PutOptions = {}) => putInto(local, stream, event, options),
    post: (path, body, options = {}) => postTo(local, path, body, options),
    settled: () => settle(local),
    deadLetters: (name) => deadLettersOf(local, name),
    table: (name) => tableOf(local, name),
    outputs: local.graph.outputs,
    address: local.address,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
