// The event source mapping of a Kinesis stream of the test's own, with a clock that stands still and a function of the
// test's own.
// Longer than 250 lines because the stream, its function and its destinations are made up together.

import type { InvocationRequest, InvocationResult } from "../../lambda/function/definition";
import type {
  BatchReport,
  Checkpoints,
  Mapping,
  MappingDefinition,
  StreamDefinition,
} from "../../lambda/mapping/mapping";
import { startKinesisMapping } from "../../lambda/mapping/stream";
import { type Message, type Principal, ServiceError } from "../../service/ask";
import type { Clock } from "../../service/clock";
import { functionArn, queueArn, roleArn } from "./lambda";
import { accountId, manualClock, region } from "./sqs";

export const streamArn = `arn:aws:kinesis:${region}:${accountId}:stream/activity`;
export const topicArn = `arn:aws:sns:${region}:${accountId}:lost`;
export const lostQueueArn = queueArn("lost");

export interface StreamEvent {
  readonly Records: readonly {
    readonly kinesis: { readonly sequenceNumber: string; readonly partitionKey: string; readonly data: string };
    readonly [member: string]: unknown;
  }[];
  readonly [member: string]: unknown;
}

export type StreamHandler = (event: StreamEvent, request: InvocationRequest) => unknown;

interface Put {
  readonly sequenceNumber: string;
  readonly key: string;
  readonly data: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface FakeShard {
  readonly id: string;
  readonly parents: readonly string[];
  readonly records: Put[];
  isClosed: boolean;
}

/** Kinesis, as far as a mapping asks it, and what is told to queues and topics. */
class FakeServices {
  readonly shards: FakeShard[] = [];
  readonly sent: { readonly service: string; readonly principal: Principal; readonly input: Message }[] = [];
  readonly asked: { readonly action: string; readonly principal: Principal; readonly input: Message }[] = [];
  /** Throws what the services are to answer. */
  refuse: (action: string, input: Message) => void = () => {};
  wake: () => void = () => {};
  #sequence = 0;
  #expiredBefore = 0;
  #iterators = 0;

  constructor(readonly clock: Clock) {}

  addShard(id: string, parents: readonly string[] = []): void {
    this.shards.push({ id, parents, records: [], isClosed: false });
  }

  put(key: string, data: string, shardId = "shardId-0"): string {
    const sequenceNumber = `4959${String(++this.#sequence).padStart(6, "0")}`;
    this.#shard(shardId).records.push({ sequenceNumber, key, data, at: this.clock.now() });
    this.wake();
    return sequenceNumber;
  }

  closeShard(id: string): void {
    this.#shard(id).isClosed = true;
    this.wake();
  }

  /** Those that have been handed out. */
  expireIterators(): void {
    this.#expiredBefore = this.#iterators;
    this.wake();
  }

  readonly ask = async (principal: Principal, service: string, action: string, input: Message): Promise<Message> => {
    this.asked.push({ action, principal, input });
    this.refuse(action, input);
    switch (action) {
      case "DescribeStreamSummary":
        return { StreamDescriptionSummary: { RetentionPeriodHours: 24 } };
      case "ListShards":
        return {
          Shards: this.shards.map(({ id, parents: [ParentShardId, AdjacentParentShardId], isClosed }) => ({
            ShardId: id,
            ParentShardId,
            AdjacentParentShardId,
            SequenceNumberRange: { StartingSequenceNumber: "0", ...(isClosed && { EndingSequenceNumber: "9" }) },
          })),
        };
      case "GetShardIterator":
        return { ShardIterator: this.#iterator(String(input.ShardId), this.#positionOf(input)) };
      case "GetRecords":
        return this.#read(String(input.ShardIterator));
      case "GetQueueUrl":
        return { QueueUrl: `http://127.0.0.1:9/${accountId}/${input.QueueName}` };
      case "SendMessage":
      case "Publish":
        this.sent.push({ service, principal, input });
        return {};
      default:
        throw new ServiceError("UnknownOperationException", action);
    }
  };

  #shard(id: string): FakeShard {
    const shard = this.shards.find((each) => each.id === id);
    if (shard === undefined) throw new ServiceError("ResourceNotFoundException", `no shard ${id}`);
    return shard;
  }

  #iterator(shardId: string, position: number): string {
    return `${++this.#iterators}/${shardId}/${position}`;
  }

  #positionOf({ ShardId, ShardIteratorType, StartingSequenceNumber, Timestamp }: Message): number {
    const { records } = this.#shard(String(ShardId));
    if (ShardIteratorType === "TRIM_HORIZON") return 0;
    if (ShardIteratorType === "LATEST") return records.length;
    const first =
      ShardIteratorType === "AT_TIMESTAMP"
        ? records.findIndex(({ at }) => at >= Number(Timestamp) * 1000)
        : records.findIndex(({ sequenceNumber }) => sequenceNumber > String(StartingSequenceNumber));
    return first < 0 ? records.length : first;
  }

  #read(iterator: string): Message {
    const [number, shardId = "", position] = iterator.split("/");
    if (Number(number) <= this.#expiredBefore) throw new ServiceError("ExpiredIteratorException", "Iterator expired.");
    const { records, isClosed } = this.#shard(shardId);
    const found = records.slice(Number(position));
    return {
      Records: found.map(({ sequenceNumber, key, data, at }) => ({
        SequenceNumber: sequenceNumber,
        PartitionKey: key,
        Data: Buffer.from(data).toString("base64"),
        ApproximateArrivalTimestamp: at / 1000,
      })),
      ...(!isClosed && { NextShardIterator: this.#iterator(shardId, records.length) }),
    };
  }
}

interface StreamOptions {
  readonly handler: StreamHandler;
  readonly mapping?: Partial<MappingDefinition>;
  readonly stream?: Partial<StreamDefinition>;
  readonly clock?: Clock;
  readonly checkpoints?: Checkpoints;
  readonly shards?: readonly string[];
}

export function setUpStream({ handler, checkpoints, ...options }: StreamOptions) {
  const clock = options.clock ?? manualClock();
  const services = new FakeServices(clock);
  for (const id of options.shards ?? ["shardId-0"]) services.addShard(id);
  /** The data of each batch that a function has received. */
  const batches: string[][] = [];
  const events: StreamEvent[] = [];
  const reports: BatchReport[] = [];
  const problems: string[] = [];
  const invoke = async (_name: string, request: InvocationRequest): Promise<InvocationResult> => {
    const event = JSON.parse(request.payload) as StreamEvent;
    const frame = { requestId: `r-${events.length + 1}`, milliseconds: 1, logTail: () => "" };
    const record = () => {
      events.push(event);
      batches.push(event.Records.map(dataOf));
    };
    try {
      const answering = handler(event, request);
      record();
      return { ...frame, payload: JSON.stringify((await answering) ?? null) };
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      if (events.at(-1) !== event) record();
      const { name: errorType, message: errorMessage } = error as Error;
      return { ...frame, functionError: "Unhandled", payload: JSON.stringify({ errorType, errorMessage, trace: [] }) };
    }
  };
  const definition: MappingDefinition = {
    uuid: "m-1",
    arn: `arn:aws:lambda:${region}:${accountId}:event-source-mapping:m-1`,
    eventSourceArn: streamArn,
    functionName: "consume",
    functionArn: functionArn("consume"),
    roleArn,
    enabled: true,
    batchSize: 100,
    maximumBatchingWindowInSeconds: 0,
    functionResponseTypes: ["ReportBatchItemFailures"],
    maximumConcurrency: undefined,
    filters: [],
    ...options.mapping,
    stream: {
      startingPosition: { type: "TRIM_HORIZON" },
      parallelizationFactor: 1,
      bisectBatchOnFunctionError: false,
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: -1,
      tumblingWindowInSeconds: 0,
      onFailure: undefined,
      ...options.stream,
    },
  };
  let mapping: Mapping | undefined;
  return {
    clock: clock as ReturnType<typeof manualClock>,
    services,
    batches,
    events,
    reports,
    problems,
    start() {
      mapping = startKinesisMapping({
        ask: services.ask,
        invoke,
        clock,
        definition,
        onBatch: (report) => reports.push(report),
        onProblem: (problem) => problems.push(problem),
        onWrite: (_arn, wake) => {
          services.wake = wake;
          return () => {
            services.wake = () => {};
          };
        },
        ...(checkpoints && { checkpoints }),
      });
      return mapping;
    },
    close: (grace = 0) => mapping?.close(grace),
  };
}

export type StreamSetup = ReturnType<typeof setUpStream>;

export const dataOf = ({ kinesis }: StreamEvent["Records"][number]) => Buffer.from(kinesis.data, "base64").toString();

/** Reports the records with such data. */
export const failing =
  (...data: readonly string[]): StreamHandler =>
  ({ Records }) => ({
    batchItemFailures: Records.filter((record) => data.includes(dataOf(record))).map(({ kinesis }) => ({
      itemIdentifier: kinesis.sequenceNumber,
    })),
  });

/** Throws when a batch has such a record. */
export const throwing =
  (...data: readonly string[]): StreamHandler =>
  ({ Records }) => {
    if (Records.some((record) => data.includes(dataOf(record)))) throw new TypeError("no stock");
  };
