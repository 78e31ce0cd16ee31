// The program under test in the process of its own, where everything happens that a test asks for.
import type { Graph } from "@spillway/graph";
import { type RunUnderTest, startUnderTest, type UnderTestSettings } from "@spillway/local";
import { logicalNames } from "@spillway/local/printer";
import type { PublishOptions } from "spillway/callback";
import type { SettleOptions } from "../time";
import { allDeadLetters, type DeadLetter, deadLettersOf } from "./dead-letters";
import { type Answer, type PostOptions, postTo } from "./endpoint";
import { type PutOptions, publishOn, putInto, type SendOptions, sendTo } from "./events";
import { Log } from "./log";
import { oneFor } from "./names";
import { programIn } from "./program";
import { describeUnread } from "./report";
import { type Item, itemOf, itemsOf, putItem } from "./tables";

/** What the program is started with. */
export interface HostSettings extends Pick<UnderTestSettings, "stack" | "config" | "inspectPort" | "launched"> {
  readonly program: string;
  /** Outputs of other stacks: values of JSON. */
  readonly stackOutputs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Whether what functions write is printed as it comes. */
  readonly verbose: boolean;
  /** Whether dead letters that nobody has read are reported when the run stops. */
  readonly failOnDeadLetters: boolean;
}

/** What is known of a program that has started. */
export interface Ready {
  readonly outputs: Graph["outputs"];
  readonly address: string;
  readonly readyMs: number;
}

const schedules = {
  method: "tick",
  what: "schedule",
  types: { "spillway:index:Schedule": "scheduleArn", "aws:scheduler/schedule:Schedule": "arn" },
};

export class HostedRun {
  /** Ids of dead letters. */
  readonly #read = new Set<string>();

  private constructor(
    readonly settings: HostSettings,
    private readonly run: RunUnderTest,
    private readonly log: Log,
  ) {}

  /** Rejects with an Error for the user. `print` shows a line to whoever looks at the tests. */
  static async start(
    settings: HostSettings,
    print: (line: string) => void,
    crash: (message: string) => void,
  ): Promise<HostedRun> {
    const { program, verbose, failOnDeadLetters: _failOnDeadLetters, stackOutputs, ...more } = settings;
    let names: ReadonlyMap<string, string> = new Map();
    const log = new Log(() => names);
    const show = (line: string | undefined) => void (verbose && line !== undefined && print(line));
    const said: string[] = [];
    let isReady = false;
    try {
      const run = await startUnderTest({
        ...more,
        ...(stackOutputs && { stackOutputs: stackOutputs as NonNullable<UnderTestSettings["stackOutputs"]> }),
        port: 0,
        program: programIn(program),
        say: (line) => {
          // What is said later is about events that are lost or cannot be read.
          if (verbose || isReady) print(line);
          else said.push(line);
        },
        onLog: (functionName, line, requestId) => show(log.add(functionName, line, requestId)),
        onBatchError: (functionName, message) => show(log.addFailure(functionName, message)),
        onCrash: crash,
      });
      isReady = true;
      names = logicalNames(run.graph);
      return new HostedRun(settings, run, log);
    } catch (error) {
      if (said.length > 0 && error instanceof Error) error.message += `\n\nThe program wrote:\n${said.join("\n")}`;
      throw error;
    }
  }

  get ready(): Ready {
    const { address, readyMs, graph } = this.run;
    return { address, readyMs, outputs: graph.outputs };
  }

  send(consumer: string, event: unknown, options: SendOptions): Promise<string> {
    return sendTo(this.run, consumer, event, options);
  }

  publish(topic: string, type: string, event: object, options: PublishOptions): Promise<string> {
    return publishOn(this.run, topic, type, event, options);
  }

  put(stream: string, event: unknown, options: PutOptions): Promise<string> {
    return putInto(this.run, stream, event, options);
  }

  post(path: string, body: unknown, options: PostOptions): Promise<Answer> {
    return postTo(this.run, path, body, options);
  }

  async tick(schedule: string): Promise<void> {
    const { address } = oneFor(this.run.graph, schedule, schedules);
    const [GroupName, Name] = address.split("/").slice(-2);
    const { delivered, error } = await this.run.ask("scheduler", "RunSchedule", { GroupName, Name });
    if (delivered !== true) throw new Error(`tick("${schedule}"): Its target did not take the event: ${error}`);
  }

  settled({ invocations }: SettleOptions): Promise<void> {
    return this.run.settle({ invocations });
  }

  advance(milliseconds: number, { invocations }: SettleOptions): Promise<void> {
    return this.run.advance(milliseconds, { invocations });
  }

  async deadLetters(name: string): Promise<readonly DeadLetter[]> {
    const letters = deadLettersOf(this.run, name);
    for (const { id } of letters) this.#read.add(id);
    return letters.map(({ id, body, event, reason, attributes }) => ({ id, body, event, reason, attributes }));
  }

  async items(table: string): Promise<readonly Item[]> {
    return itemsOf(this.run, table);
  }

  async item(table: string, key: Item): Promise<Item | undefined> {
    return itemOf(this.run, table, key);
  }

  async putItem(table: string, item: Item): Promise<void> {
    await putItem(this.run, table, item);
  }

  /** Ends everything. Resolves with a report of dead letters that nobody has read. */
  async stop(): Promise<string | undefined> {
    const unread = this.settings.failOnDeadLetters
      ? allDeadLetters(this.run).filter(({ id }) => !this.#read.has(id))
      : [];
    const report = unread.length === 0 ? undefined : describeUnread(unread, this.log);
    await this.run.close();
    return report;
  }
}
