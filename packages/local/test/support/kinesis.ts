// Kinesis on a front, asked by the SDK's own client, with a clock that stands still until the test moves it.
import {
  CreateStreamCommand,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import { startFront } from "../../http/front";
import { createKinesis } from "../../kinesis/service";
import { createAsk, type Message, type Observer } from "../../service/ask";
import type { Clock } from "../../service/clock";
import { accountId, manualClock, region, user } from "./sqs";

export const streamArn = (name: string) => `arn:aws:kinesis:${region}:${accountId}:stream/${name}`;

export const textsOf = ({ Records = [] }: GetRecordsCommandOutput) =>
  Records.map(({ Data }) => Buffer.from(Data ?? "").toString());

export async function startKinesis<C extends Clock>(clock: C, observers: readonly Observer[] = []) {
  const kinesis = createKinesis({ clock, accountId, region });
  const ask = createAsk([kinesis], observers);
  const front = await startFront({ port: 0, ask, identify: () => user, routes: [], region, accountId });
  const client = new KinesisClient({
    endpoint: front.address,
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  return {
    clock,
    kinesis,
    ask,
    client,
    address: front.address,
    /** Asks Kinesis as the user. */
    call: (action: string, input: Message) => ask(user, "kinesis", action, input),
    stream: (StreamName: string, ShardCount = 1) => client.send(new CreateStreamCommand({ StreamName, ShardCount })),
    put: (StreamName: string, PartitionKey: string, data: string) =>
      client.send(new PutRecordCommand({ StreamName, PartitionKey, Data: Buffer.from(data) })),
    /** Each is a key and data. */
    putAll: (StreamName: string, ...records: readonly (readonly [string, string])[]) =>
      client.send(
        new PutRecordsCommand({
          StreamName,
          Records: records.map(([PartitionKey, data]) => ({ PartitionKey, Data: Buffer.from(data) })),
        }),
      ),
    async iterator(
      StreamName: string,
      ShardIteratorType: GetShardIteratorCommandInput["ShardIteratorType"],
      more: Partial<GetShardIteratorCommandInput> = {},
    ): Promise<string> {
      const input = { StreamName, ShardId: shardId(0), ShardIteratorType, ...more };
      return String((await client.send(new GetShardIteratorCommand(input))).ShardIterator);
    },
    get: (ShardIterator: string | undefined, Limit?: number) =>
      client.send(new GetRecordsCommand({ ShardIterator, Limit })),
    /** All that the shard holds. */
    async texts(StreamName: string, ShardId = shardId(0)): Promise<readonly string[]> {
      return textsOf(await this.get(await this.iterator(StreamName, "TRIM_HORIZON", { ShardId })));
    },
    async shards(StreamName: string) {
      return (await client.send(new ListShardsCommand({ StreamName }))).Shards ?? [];
    },
    async stop() {
      client.destroy();
      await front.close();
      await kinesis.close();
    },
  };
}

export type KinesisUnderTest = Awaited<ReturnType<typeof startKinesis<ReturnType<typeof manualClock>>>>;

export const startStill = (observers: readonly Observer[] = []) => startKinesis(manualClock(), observers);

export const shardId = (index: number) => `shardId-${String(index).padStart(12, "0")}`;
