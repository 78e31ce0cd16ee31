// The stream of a DynamoDB table as a source of an event source mapping:
// https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
import type { Message } from "../../service/ask";
import { isoSeconds } from "../../service/time";
import {
  type Page,
  type Position,
  principalOf,
  type StreamRecord,
  type StreamShard,
  type StreamSource,
  type StreamSourceSettings,
} from "./stream-source";

interface TableRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventVersion: string;
  readonly eventSource: string;
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Whole seconds since the epoch. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Readonly<Record<string, unknown>>;
    readonly SequenceNumber: string;
  };
  readonly userIdentity?: { readonly PrincipalId?: string; readonly Type?: string };
}

interface TableShard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly SequenceNumberRange: { readonly EndingSequenceNumber?: string };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const retention = 24 * 3600;

export class TableSource implements StreamSource {
  readonly batchInfo = "DDBStreamBatchInfo";

  constructor(readonly settings: StreamSourceSettings) {}

  get streamArn(): string {
    return this.settings.eventSourceArn;
  }

  /** The name of the table. */
  get name(): string {
    return this.streamArn.split("/")[1] ?? "";
  }

  timestamp(milliseconds: number): string {
    return isoSeconds(milliseconds);
  }

  /** The stream of a table cannot be read from a point in time. */
  since(): Position {
    return { type: "LATEST" };
  }

  async retention(): Promise<number> {
    return retention;
  }

  async shards(): Promise<readonly StreamShard[]> {
    const shards: TableShard[] = [];
    let after: unknown;
    do {
      const { StreamDescription } = await this.#ask("DescribeStream", {
        StreamArn: this.streamArn,
        ...(after !== undefined && { ExclusiveStartShardId: after }),
      });
      const description = StreamDescription as Message;
      shards.push(...(description.Shards as readonly TableShard[]));
      after = description.LastEvaluatedShardId ?? undefined;
    } while (after !== undefined);
    return shards.map(({ ShardId, ParentShardId, SequenceNumberRange }) => ({
      id: ShardId,
      parents: ParentShardId === undefined || ParentShardId === null ? [] : [ParentShardId],
      isClosed: typeof SequenceNumberRange.EndingSequenceNumber === "string",
    }));
  }

  async iterator(shardId: string, position: Position): Promise<string> {
    const { ShardIterator } = await this.#ask("GetShardIterator", {
      StreamArn: this.streamArn,
      ShardId: shardId,
      ...(position.type === "AFTER"
        ? { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: position.sequenceNumber }
        : { ShardIteratorType: position.type }),
    });
    return String(ShardIterator);
  }

  async read(_shardId: string, iterator: string): Promise<Page> {
    const answer = await this.#ask("GetRecords", { ShardIterator: iterator });
    const records = answer.Records as readonly TableRecord[];
    const next = answer.NextShardIterator;
    return {
      records: records.map((record) => this.#recordOf(record)),
      next: typeof next === "string" ? next : undefined,
    };
  }

  #recordOf({ userIdentity, ...record }: TableRecord): StreamRecord {
    const { eventSourceArn } = this.settings;
    const { ApproximateCreationDateTime: created, ...change } = record.dynamodb;
    const at = this.#arrival(created);
    const event = {
      eventID: record.eventID,
      eventName: record.eventName,
      eventVersion: record.eventVersion,
      eventSource: record.eventSource,
      awsRegion: record.awsRegion,
      dynamodb: { ApproximateCreationDateTime: Math.floor(at / 1000), ...change },
      ...(userIdentity && { userIdentity: { principalId: userIdentity.PrincipalId, type: userIdentity.Type } }),
      eventSourceARN: eventSourceArn,
    };
    return {
      sequenceNumber: change.SequenceNumber,
      key: JSON.stringify(Object.entries(change.Keys).sort(([a], [b]) => (a < b ? -1 : 1))),
      at,
      json: JSON.stringify(event),
      filterable: () => event,
    };
  }

  /**
   * The server knows only real time, in whole seconds. This is the latest moment that it may mean, so that no record
   * becomes too old too early.
   */
  #arrival(seconds: number): number {
    const { clock } = this.settings;
    const latest = Math.min(Date.now(), seconds * 1000 + 999);
    // Most clocks show real time, to which the server's seconds belong as they are.
    return clock.at(latest) === latest ? seconds * 1000 : clock.at(latest);
  }

  #ask(action: string, input: Message): Promise<Message> {
    return this.settings.ask(principalOf(this.settings.roleArn), "dynamodbstreams", action, input);
  }
}
