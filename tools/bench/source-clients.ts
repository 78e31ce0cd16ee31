// How each source is written to and read with the AWS SDK and nothing else: what a consumer's throughput is held
// against.
import { randomUUID } from "node:crypto";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetShardIteratorCommand as GetChangeIteratorCommand,
  GetRecordsCommand as GetChangesCommand,
} from "@aws-sdk/client-dynamodb-streams";
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import { PublishBatchCommand, SNSClient } from "@aws-sdk/client-sns";
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { BatchWriteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

export type SourceName = "queue" | "stream" | "table" | "topic";

export interface Event {
  readonly id: string;
  readonly sentAt: number;
}

export interface SourceClient {
  /** Most events that one request takes. */
  readonly perRequest: number;
  send(events: readonly Event[]): Promise<void>;
  /** Reads so many, and goes on there the next time. */
  drain(count: number, handle: (event: Event) => Promise<void>): Promise<void>;
}

type Handle = (event: Event) => Promise<void>;

const readersOfQueue = 4;
const recordsPerRead = 1000;

export function sourceClient(source: SourceName, address: string, targets: readonly string[]): SourceClient {
  const settings = {
    endpoint: address,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  const [target = "", queueUrl = ""] = targets;
  switch (source) {
    case "queue":
      return queueClient(new SQSClient(settings), target);
    case "topic":
      return topicClient(new SNSClient(settings), target, queueClient(new SQSClient(settings), queueUrl));
    case "stream":
      return streamClient(new KinesisClient(settings), target);
    case "table":
      return tableClient(new DynamoDBClient(settings), new DynamoDBStreamsClient(settings), target);
  }
}

function queueClient(sqs: SQSClient, QueueUrl: string): SourceClient {
  return {
    perRequest: 10,
    send: async (events) => {
      const Entries = events.map((event, n) => ({ Id: String(n), MessageBody: JSON.stringify(event) }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    },
    drain: async (count, handle) => {
      let left = count;
      const work = async () => {
        while (left > 0) {
          const { Messages = [] } = await sqs.send(
            new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
          );
          for (const { Body = "{}" } of Messages) await handle(JSON.parse(Body));
          if (Messages.length === 0) continue;
          const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
          await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
          left -= Messages.length;
        }
      };
      await Promise.all(Array.from({ length: readersOfQueue }, work));
    },
  };
}

function topicClient(sns: SNSClient, TopicArn: string, queue: SourceClient): SourceClient {
  return {
    perRequest: 10,
    send: async (events) => {
      const PublishBatchRequestEntries = events.map((event, n) => ({ Id: String(n), Message: JSON.stringify(event) }));
      await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
    },
    drain: (count, handle) => queue.drain(count, handle),
  };
}

/** What a shard is read with: answers the records and where to go on. */
type Read = (iterator: string) => Promise<{ readonly records: readonly string[]; readonly next: string | undefined }>;

/** Reads all shards at once, each from where it was left. */
class ShardReaders {
  private iterators: (string | undefined)[] | undefined;

  constructor(
    private readonly open: () => Promise<string[]>,
    private readonly read: Read,
  ) {}

  async drain(count: number, handle: Handle): Promise<void> {
    this.iterators ??= await this.open();
    const iterators = this.iterators;
    let left = count;
    await Promise.all(
      iterators.map(async (_, shard) => {
        for (let at = iterators[shard]; left > 0 && at !== undefined; at = iterators[shard]) {
          const { records, next } = await this.read(at);
          iterators[shard] = next;
          left -= records.length;
          for (const record of records) await handle(JSON.parse(record));
          if (records.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }),
    );
  }
}

function streamClient(kinesis: KinesisClient, StreamName: string): SourceClient {
  const open = async () => {
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
    return Promise.all(
      Shards.map(async ({ ShardId }) => {
        const from = { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" } as const;
        return (await kinesis.send(new GetShardIteratorCommand(from))).ShardIterator ?? "";
      }),
    );
  };
  const read: Read = async (ShardIterator) => {
    const { Records = [], NextShardIterator } = await kinesis.send(
      new GetRecordsCommand({ ShardIterator, Limit: recordsPerRead }),
    );
    return { records: Records.map(({ Data }) => Buffer.from(Data ?? []).toString()), next: NextShardIterator };
  };
  const readers = new ShardReaders(open, read);
  return {
    perRequest: 100,
    send: async (events) => {
      const Records = events.map((event) => ({
        PartitionKey: randomUUID(),
        Data: Buffer.from(JSON.stringify(event)),
      }));
      await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
    },
    drain: (count, handle) => readers.drain(count, handle),
  };
}

function tableClient(dynamodb: DynamoDBClient, streams: DynamoDBStreamsClient, TableName: string): SourceClient {
  const tables = DynamoDBDocumentClient.from(dynamodb);
  const open = async () => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    const StreamArn = Table?.LatestStreamArn;
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    return Promise.all(
      (StreamDescription?.Shards ?? []).map(async ({ ShardId }) => {
        const from = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" } as const;
        return (await streams.send(new GetChangeIteratorCommand(from))).ShardIterator ?? "";
      }),
    );
  };
  const read: Read = async (ShardIterator) => {
    const { Records = [], NextShardIterator } = await streams.send(
      new GetChangesCommand({ ShardIterator, Limit: recordsPerRead }),
    );
    const records = Records.map(({ dynamodb: change }) =>
      JSON.stringify({ id: change?.NewImage?.id?.S, sentAt: Number(change?.NewImage?.sentAt?.N) }),
    );
    return { records, next: NextShardIterator };
  };
  const readers = new ShardReaders(open, read);
  return {
    perRequest: 25,
    send: async (events) => {
      const requests = events.map((event) => ({ PutRequest: { Item: { ...event, id: randomUUID() } } }));
      await tables.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
    },
    drain: (count, handle) => readers.drain(count, handle),
  };
}
