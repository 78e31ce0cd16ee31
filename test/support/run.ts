// The local run for end-to-end tests, with clients as a user would make them.
import * as path from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import {
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, GetCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { type LocalRun, type LocalSettings, startLocal } from "@spillway/local";
import { until } from "./until";

export class Run {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly tables: DynamoDBDocumentClient;
  readonly outputs: Readonly<Record<string, string>>;

  private constructor(
    readonly local: LocalRun,
    /** What functions wrote. */
    readonly lines: readonly string[],
    /** Batches whose function failed as a whole. */
    readonly batchErrors: readonly string[],
  ) {
    const settings = {
      endpoint: local.address,
      region: local.graph.region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    this.sqs = new SQSClient(settings);
    this.lambda = new LambdaClient(settings);
    this.tables = DynamoDBDocumentClient.from(new DynamoDBClient(settings));
    this.outputs = local.graph.outputs as Readonly<Record<string, string>>;
  }

  static async start(settings: Partial<LocalSettings> = {}): Promise<Run> {
    const lines: string[] = [];
    const batchErrors: string[] = [];
    const local = await startLocal({
      port: 0,
      program: path.join(__dirname, "..", "..", "index.ts"),
      stack: "dev",
      onLog: (_, line) => lines.push(line),
      onBatchError: (_, message) => batchErrors.push(message),
      ...settings,
    });
    return new Run(local, lines, batchErrors);
  }

  output(name: string): string {
    return this.outputs[name] ?? raise(`no output ${name}`);
  }

  async send(
    queue: string,
    body: unknown,
    more: { group?: string; attributes?: Record<string, MessageAttributeValue> } = {},
  ): Promise<string> {
    const { MessageId } = await this.sqs.send(
      new SendMessageCommand({
        QueueUrl: this.output(queue),
        MessageBody: typeof body === "string" ? body : JSON.stringify(body),
        ...(more.attributes && { MessageAttributes: more.attributes }),
        ...(more.group && { MessageGroupId: more.group, MessageDeduplicationId: String(Math.random()) }),
      }),
    );
    return MessageId ?? raise("no message id");
  }

  /** Receives until so many messages are there. */
  receive(queue: string, count: number): Promise<Message[]> {
    return this.receiveFrom(this.output(queue), count);
  }

  async receiveFrom(queueUrl: string, count: number): Promise<Message[]> {
    const found: Message[] = [];
    await until(async () => {
      const { Messages = [] } = await this.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["All"],
          // As long as SQS can hide them: on a fast clock an hour may be over before the tests are.
          VisibilityTimeout: 43_200,
          WaitTimeSeconds: 1,
        }),
      );
      found.push(...Messages);
      return found.length >= count;
    });
    return found;
  }

  async item(table: string, key: Record<string, unknown>): Promise<Record<string, unknown> | undefined> {
    return (await this.tables.send(new GetCommand({ TableName: this.output(table), Key: key, ConsistentRead: true })))
      .Item;
  }

  async items(table: string): Promise<Record<string, unknown>[]> {
    return (
      (await this.tables.send(new ScanCommand({ TableName: this.output(table), ConsistentRead: true }))).Items ?? []
    );
  }

  async stop(): Promise<void> {
    for (const client of [this.sqs, this.lambda, this.tables]) client.destroy();
    await this.local.close();
  }
}

export function reasonOf({ MessageAttributes }: Message): Record<string, unknown> {
  return JSON.parse(MessageAttributes?.DeadLetterReason?.StringValue ?? "{}");
}

export function raise(message: string): never {
  throw new Error(message);
}
