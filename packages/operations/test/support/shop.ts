// The shop on this machine, and its dead letters as anybody can count and read them.
import * as path from "node:path";
import { GetQueueAttributesCommand, type Message, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { LocalSettings } from "@spillway/local";
import { Run, raise } from "../../../../test/support/run";
import { type Consumer, consumerNamed, openStack, type Stack } from "../../stack/stack";

export class Shop {
  private constructor(
    readonly run: Run,
    readonly stack: Stack,
  ) {}

  static async start(settings: Partial<LocalSettings> = {}): Promise<Shop> {
    const run = await Run.start({ program: path.join(__dirname, "..", "fixtures", "shop.ts"), ...settings });
    const port = Number(new URL(run.local.address).port);
    return new Shop(run, await openStack({ port, signal: new AbortController().signal }));
  }

  /** Those of the one region of the program. */
  get clients(): ReturnType<Stack["clientsOf"]> {
    return this.stack.clientsOf(this.stack.consumers[0] ?? raise("no consumer"));
  }

  async stop(): Promise<void> {
    this.stack.close();
    await this.run.stop();
  }

  consumer(name: string): Consumer {
    return consumerNamed(this.stack, name);
  }

  /** Puts messages into a dead-letter queue, as SQS or a consumer would. Answers their ids, in order. */
  async fill(
    name: string,
    count: number,
    more: (index: number) => { readonly group?: string; readonly reason?: object; readonly body?: string } = () => ({}),
  ): Promise<readonly string[]> {
    const { url } = this.consumer(name);
    const ids: string[] = [];
    for (let from = 0; from < count; from += 10) {
      const Entries = Array.from({ length: Math.min(10, count - from) }, (_, at) => {
        const { group, reason, body = JSON.stringify({ id: `o-${from + at}` }) } = more(from + at);
        const fifo = url.endsWith(".fifo") && { MessageDeduplicationId: `${name}-${Math.random()}` };
        return {
          Id: String(at),
          MessageBody: body,
          ...(group !== undefined && { MessageGroupId: group }),
          ...fifo,
          MessageAttributes: {
            source: { DataType: "String", StringValue: "fill" },
            ...(reason && { DeadLetterReason: { DataType: "String", StringValue: JSON.stringify(reason) } }),
          },
        };
      });
      const { Successful = [] } = await this.run.sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      for (const { Id, MessageId } of Successful) ids[from + Number(Id)] = MessageId ?? "";
    }
    return ids;
  }

  /** How many are visible, and how many are not. */
  async counts(name: string): Promise<readonly [visible: number, hidden: number]> {
    return this.countsOf(this.consumer(name).url);
  }

  async countsOf(url: string): Promise<readonly [visible: number, hidden: number]> {
    const { Attributes = {} } = await this.run.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
    );
    return [Number(Attributes.ApproximateNumberOfMessages), Number(Attributes.ApproximateNumberOfMessagesNotVisible)];
  }

  /** Takes all messages of a queue, in the order in which SQS hands them out. */
  async drain(name: string): Promise<readonly Message[]> {
    const { DeleteMessageBatchCommand, ReceiveMessageCommand } = await import("@aws-sdk/client-sqs");
    const { url } = this.consumer(name);
    const found: Message[] = [];
    for (;;) {
      const { Messages = [] } = await this.run.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["All"],
        }),
      );
      if (Messages.length === 0) return found;
      found.push(...Messages);
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.run.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    }
  }
}
