// The program of the fixtures on this machine, with what its tests send, count and fix.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import {
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { LocalSettings } from "@spillway/local";
import { Run, raise } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";
import { type Consumer, consumerNamed, openStack, type Stack } from "../../stack/stack";

export class Fixable {
  readonly said: string[] = [];

  private constructor(
    readonly run: Run,
    readonly stack: Stack,
  ) {}

  static async start(settings: Partial<LocalSettings> = {}): Promise<Fixable> {
    const run = await Run.start({ program: path.join(__dirname, "..", "fixtures", "fixable.ts"), ...settings });
    const port = Number(new URL(run.local.address).port);
    return new Fixable(run, await openStack({ port, signal: new AbortController().signal }));
  }

  /** Those of the one region of the program. */
  get clients(): ReturnType<Stack["clientsOf"]> {
    return this.stack.clientsOf(this.stack.consumers[0] ?? raise("no consumer"));
  }

  async stop(): Promise<void> {
    this.stack.close();
    await this.run.stop();
  }

  get port(): number {
    return Number(new URL(this.run.local.address).port);
  }

  consumer(name: string): Consumer {
    return consumerNamed(this.stack, name);
  }

  /** For commands: collects what they say. */
  working(signal: AbortSignal = new AbortController().signal) {
    return { signal, say: (line: string) => void this.said.push(line) };
  }

  /** From now on, events with this word are not refused any more. */
  async fix(what: string): Promise<void> {
    const Item = { id: `fixed ${what}` };
    await this.run.tables.send(new PutCommand({ TableName: this.run.output("runsTable"), Item }));
  }

  async unfix(what: string): Promise<void> {
    const Key = { id: `fixed ${what}` };
    await this.run.tables.send(new DeleteCommand({ TableName: this.run.output("runsTable"), Key }));
  }

  /** Waits until each of these events has run, whichever comes first, and fails if one has run twice. */
  async ran(...ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await until(async () => (await this.#notedAs(id)).length > 0, `${id} has run`);
      assert.deepEqual(await this.#notedAs(id), [id]);
    }
  }

  /** Waits until so many events of a group have run, and answers their ids in the order of their runs. */
  async order(group: string, count: number): Promise<readonly string[]> {
    const noted = () => this.#notedAs(`order of ${group}`);
    await until(async () => (await noted()).length >= count, `${count} events of ${group} have run`);
    return noted();
  }

  async #notedAs(id: string): Promise<readonly string[]> {
    return ((await this.run.item("runsTable", { id }))?.seen as readonly string[] | undefined) ?? [];
  }

  /** Waits until the consumer of a queue has worked off all that was sent to it. */
  async workedOff(queueUrl: string): Promise<void> {
    await until(async () => (await this.#countOf(queueUrl)) === 0, `${queueUrl} is empty`);
  }

  async send(
    queueUrl: string,
    body: unknown,
    { group, attributes }: { group?: string; attributes?: Record<string, MessageAttributeValue> } = {},
  ): Promise<string> {
    const { MessageId } = await this.run.sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: typeof body === "string" ? body : JSON.stringify(body),
        ...(attributes && { MessageAttributes: attributes }),
        ...(group !== undefined && { MessageGroupId: group }),
        ...(queueUrl.endsWith(".fifo") && { MessageDeduplicationId: String(Math.random()) }),
      }),
    );
    return MessageId ?? raise("no message id");
  }

  /** How many dead letters a consumer has, visible or not. */
  async count(name: string): Promise<number> {
    return this.#countOf(this.consumer(name).url);
  }

  async #countOf(queueUrl: string): Promise<number> {
    const { GetQueueAttributesCommand } = await import("@aws-sdk/client-sqs");
    const { Attributes = {} } = await this.run.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
    );
    return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
  }

  async hasLetters(name: string, count: number): Promise<void> {
    await until(async () => (await this.count(name)) === count, `${name} has ${count} dead letters`);
  }

  /** All dead letters as they are; they stay, and are visible again at once. `hasLetters` waits for those to come. */
  async letters(name: string): Promise<readonly Message[]> {
    const found = new Map<string, Message>();
    const wanted = await this.count(name);
    await until(async () => {
      const { Messages = [] } = await this.run.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.consumer(name).url,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 0,
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["All"],
        }),
      );
      for (const message of Messages) found.set(message.MessageId ?? "", message);
      return found.size >= wanted;
    });
    assert.equal(found.size, wanted);
    return [...found.values()];
  }
}
