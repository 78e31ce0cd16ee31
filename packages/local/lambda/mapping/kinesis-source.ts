// A Kinesis stream as a source of an event source mapping:
// https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
import type { Message } from "../../service/ask";
import {
  type Page,
  type Position,
  principalOf,
  type StreamRecord,
  type StreamShard,
  type StreamSource,
  type StreamSourceSettings,
} from "./stream-source";

interface KinesisRecord {
  readonly SequenceNumber: string;
  readonly PartitionKey: string;
  /** Base64. */
  readonly Data: string;
  /** Seconds since the epoch. */
  readonly ApproximateArrivalTimestamp: number;
}

interface KinesisShard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly AdjacentParentShardId?: string;
  readonly SequenceNumberRange: { readonly EndingSequenceNumber?: string };
}

export class KinesisSource implements StreamSource {
  readonly streamArn: string;
  readonly batchInfo = "KinesisBatchInfo";
  readonly #region: string;

  constructor(readonly settings: StreamSourceSettings) {
    // A consumer with enhanced fan-out reads like any other consumer here.
    this.streamArn = settings.eventSourceArn.replace(/\/consumer\/.*$/, "");
    this.#region = this.streamArn.split(":")[3] ?? "";
  }

  get name(): string {
    return this.streamArn.split("/").at(-1) ?? "";
  }

  timestamp(milliseconds: number): string {
    return new Date(milliseconds).toISOString();
  }

  since(at: number): Position {
    return { type: "AT_TIMESTAMP", at };
  }

  async retention(): Promise<number> {
    const { StreamDescriptionSummary } = await this.#ask("DescribeStreamSummary", { StreamARN: this.streamArn });
    return Number((StreamDescriptionSummary as Message).RetentionPeriodHours) * 3600;
  }

  async shards(): Promise<readonly StreamShard[]> {
    const shards: KinesisShard[] = [];
    let input: Message | undefined = { StreamARN: this.streamArn };
    while (input !== undefined) {
      const answer: Message = await this.#ask("ListShards", input);
      shards.push(...(answer.Shards as readonly KinesisShard[]));
      // The token identifies the stream, and Kinesis accepts only one of the two.
      input = typeof answer.NextToken === "string" ? { NextToken: answer.NextToken } : undefined;
    }
    return shards.map(({ ShardId, ParentShardId, AdjacentParentShardId, SequenceNumberRange }) => ({
      id: ShardId,
      parents: [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined && id !== null),
      isClosed: typeof SequenceNumberRange.EndingSequenceNumber === "string",
    }));
  }

  async iterator(shardId: string, position: Position): Promise<string> {
    const { ShardIterator } = await this.#ask("GetShardIterator", {
      StreamARN: this.streamArn,
      ShardId: shardId,
      ...(position.type === "AFTER"
        ? { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: position.sequenceNumber }
        : { ShardIteratorType: position.type }),
      ...(position.type === "AT_TIMESTAMP" && { Timestamp: position.at / 1000 }),
    });
    return String(ShardIterator);
  }

  async read(shardId: string, iterator: string): Promise<Page> {
    const answer = await this.#ask("GetRecords", { StreamARN: this.streamArn, ShardIterator: iterator });
    const records = answer.Records as readonly KinesisRecord[];
    const next = answer.NextShardIterator;
    return {
      records: records.map((record) => this.#recordOf(shardId, record)),
      next: typeof next === "string" ? next : undefined,
    };
  }

  #recordOf(shardId: string, record: KinesisRecord): StreamRecord {
    const { SequenceNumber: sequenceNumber, PartitionKey: partitionKey, Data: data } = record;
    const { eventSourceArn, roleArn } = this.settings;
    const kinesis = {
      kinesisSchemaVersion: "1.0",
      partitionKey,
      sequenceNumber,
      data,
      approximateArrivalTimestamp: record.ApproximateArrivalTimestamp,
    };
    return {
      sequenceNumber,
      key: partitionKey,
      at: Math.round(record.ApproximateArrivalTimestamp * 1000),
      json: JSON.stringify({
        kinesis,
        eventSource: "aws:kinesis",
        eventVersion: "1.0",
        eventID: `${shardId}:${sequenceNumber}`,
        eventName: "aws:kinesis:record",
        invokeIdentityArn: roleArn,
        awsRegion: this.#region,
        eventSourceARN: eventSourceArn,
      }),
      filterable: () => ({ ...kinesis, data: Buffer.from(data, "base64").toString() }),
    };
  }

  #ask(action: string, input: Message): Promise<Message> {
    return this.settings.ask(principalOf(this.settings.roleArn), "kinesis", action, input);
  }
}
