// The run as any client of AWS sees it: what is sent to it, and what is in its queues, stream, table and logs.
import { CloudWatchLogs, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { SNS } from "@aws-sdk/client-sns";
import { type Message, SQS } from "@aws-sdk/client-sqs";
import { DynamoDBDocument, paginateScan } from "@aws-sdk/lib-dynamodb";
import type { Item } from "./balance";
import type { Outputs } from "./commands";
import type { Sent } from "./events";

const text = (StringValue: string) => ({ DataType: "String", StringValue });

export class World {
  readonly sqs: SQS;
  readonly #kinesis: Kinesis;
  readonly #sns: SNS;
  readonly #tables: DynamoDBDocument;
  readonly #logs: CloudWatchLogs;

  constructor(
    address: string,
    private readonly outputs: Outputs,
  ) {
    const credentials = { accessKeyId: "trial", secretAccessKey: "trial" };
    const settings = { endpoint: address, region: "eu-west-1", credentials };
    this.sqs = new SQS(settings);
    this.#kinesis = new Kinesis(settings);
    this.#sns = new SNS(settings);
    this.#tables = DynamoDBDocument.from(new DynamoDB(settings));
    this.#logs = new CloudWatchLogs(settings);
  }

  async send({ consumer, event, body, correlationId }: Sent): Promise<void> {
    const { streamName: StreamName, topicArn: TopicArn, queueUrls } = this.outputs;
    const { id, customer } = event;
    const MessageAttributes = { correlationId: text(correlationId), channel: text(`channel of ${id}`) };
    if (consumer === "clicks") {
      await this.#kinesis.putRecord({ StreamName, PartitionKey: customer, Data: Buffer.from(body) });
    } else if (consumer === "audit") {
      await this.#sns.publish({ TopicArn, Message: body, MessageAttributes });
    } else {
      const fifo = consumer === "ledger" && { MessageDeduplicationId: id };
      const message = { MessageBody: body, MessageGroupId: customer, ...fifo, MessageAttributes };
      // On a standard queue, the group is the tenant.
      await this.sqs.sendMessage({ QueueUrl: queueUrls[consumer], ...message });
    }
  }

  /** How many are in a queue: visible, hidden and delayed, or as `members` of its attributes say. */
  async depth(QueueUrl: string, members: RegExp = /^ApproximateNumberOfMessages/): Promise<number> {
    const { Attributes = {} } = await this.sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
    return Object.entries(Attributes).reduce((sum, [name, value]) => sum + (members.test(name) ? Number(value) : 0), 0);
  }

  /** How many dead letters a consumer has. */
  letterCount(name: string): Promise<number> {
    return this.depth(this.outputs.deadLetters[name]?.url ?? "");
  }

  /** The dead letters as they are: ten of each message group of a FIFO queue. They stay, and are visible again. */
  async letters(name: string): Promise<readonly Message[]> {
    const QueueUrl = this.outputs.deadLetters[name]?.url;
    const all = { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All" as const] };
    const found: Message[] = [];
    for (;;) {
      const receive = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 60, ...all };
      const { Messages = [] } = await this.sqs.receiveMessage(receive);
      if (Messages.length === 0) break;
      found.push(...Messages);
    }
    for (const { ReceiptHandle } of found) {
      await this.sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
    }
    return found;
  }

  async items(): Promise<readonly Item[]> {
    const items: unknown[] = [];
    const pages = paginateScan({ client: this.#tables }, { TableName: this.outputs.seenTable });
    for await (const { Items = [] } of pages) items.push(...Items);
    return items as Item[];
  }

  /** The lines of a consumer's function, and of those who worked with its dead letters. */
  async log(name: string): Promise<readonly string[]> {
    const lines: string[] = [];
    const { logGroupName } = this.outputs.deadLetters[name] ?? {};
    const pages = paginateFilterLogEvents({ client: this.#logs }, { logGroupName });
    for await (const { events = [] } of pages) lines.push(...events.map(({ message = "" }) => message));
    return lines;
  }

  async #recordCount(): Promise<number> {
    const { streamName: StreamName } = this.outputs;
    const { Shards = [] } = await this.#kinesis.listShards({ StreamName });
    let count = 0;
    for (const { ShardId } of Shards) {
      const start = { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
      const { ShardIterator } = await this.#kinesis.getShardIterator(start);
      const { Records = [] } = await this.#kinesis.getRecords({ ShardIterator, Limit: 10_000 });
      count += Records.length;
    }
    return count;
  }

  /** All that a command could have changed: dead letters, sources, stream, table and logs. */
  async snapshot(): Promise<Readonly<Record<string, unknown>>> {
    const { deadLetters, queueUrls } = this.outputs;
    const seen: Record<string, unknown> = { stream: await this.#recordCount(), table: await this.items() };
    for (const [name, { logGroupName }] of Object.entries(deadLetters)) {
      const ids = (await this.letters(name)).map(({ MessageId }) => MessageId).sort();
      seen[`dead letters of ${name}`] = [await this.letterCount(name), ids];
      if (logGroupName !== undefined) seen[`log of ${name}`] = (await this.log(name)).length;
    }
    for (const [name, url] of Object.entries(queueUrls)) seen[`queue ${name}`] = await this.depth(url);
    return seen;
  }

  close(): void {
    for (const client of [this.sqs, this.#kinesis, this.#sns, this.#tables, this.#logs]) client.destroy();
  }
}
