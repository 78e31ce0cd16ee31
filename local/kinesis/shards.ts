// The actions on shards: listing, splitting and merging them.
import type { Message } from "../service";
import { type Actions, type Context, isOpen, type Shard, shardsOf } from "./actions";
import * as errors from "./errors";
import { optionalNumber, optionalText } from "./input";
import { nextToken, pageOf, type StreamState } from "./state";
import { settled } from "./streams";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
const defaultPage = 1000;
/** How much later than its parent's end a shard is dated. */
const gap = 1000;

export function shardActions({ engine, streams }: Context, written: (streamArn: string) => void): Actions {
  const described = async ({ name }: StreamState): Promise<Message> => {
    const description = await engine.describe(name);
    if (description === undefined) throw errors.streamNotFound(name, streams.accountId);
    return description;
  };

  const createdAt = ({ SequenceNumberRange, ParentShardId }: Shard) =>
    engine.parse(SequenceNumberRange.StartingSequenceNumber).shardCreateTime - (ParentShardId === undefined ? 0 : gap);
  const closedAt = ({ SequenceNumberRange: { EndingSequenceNumber } }: Shard) =>
    EndingSequenceNumber === undefined ? Number.POSITIVE_INFINITY : engine.parse(EndingSequenceNumber).seqTime;

  /** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html */
  const filtered = (shards: readonly Shard[], filter: Message | undefined, retentionHours: number) => {
    if (filter === undefined) return shards;
    const first = Math.min(...shards.map(createdAt));
    const horizon = Math.max(first, engine.now - retentionHours * 3_600_000);
    const at = (time: number) => shards.filter((shard) => createdAt(shard) <= time && closedAt(shard) > time);
    const from = (time: number) => shards.filter((shard) => closedAt(shard) > time);
    const timestamp = () => {
      const seconds = optionalNumber(filter, "Timestamp");
      if (seconds === undefined) throw errors.invalidArgument(`Timestamp must be provided for ${filter.Type}.`);
      // Shards are dated in whole seconds.
      return Math.max(first, Math.floor(seconds) * 1000);
    };
    switch (filter.Type) {
      case "AFTER_SHARD_ID": {
        const after = optionalText(filter, "ShardId");
        if (after === undefined) throw errors.invalidArgument("ShardId must be provided for AFTER_SHARD_ID.");
        return shards.filter(({ ShardId }) => ShardId > after);
      }
      case "AT_TRIM_HORIZON":
        return at(horizon);
      case "FROM_TRIM_HORIZON":
        return from(horizon);
      case "AT_LATEST":
        return shards.filter(isOpen);
      case "AT_TIMESTAMP":
        return at(timestamp());
      default:
        return from(timestamp());
    }
  };

  const reshard = (action: string) => async (input: Message) => {
    const state = streams.of(input);
    if (state.mode === "ON_DEMAND") {
      throw errors.validation(
        `Stream ${state.name} under account ${streams.accountId} is in ON_DEMAND mode, in which Kinesis itself splits and merges shards.`,
      );
    }
    const { StreamARN: _arn, ...asked } = input;
    await engine.call(action, { ...asked, StreamName: state.name });
    await settled(async () => (await engine.describe(state.name))?.StreamStatus === "ACTIVE");
    // Whoever reads its shards has new ones.
    written(state.arn);
    return {};
  };

  return {
    ListShards: async (input) => {
      const token = optionalText(input, "NextToken");
      if (token !== undefined && (input.StreamName !== undefined || input.StreamARN !== undefined)) {
        // Taken nevertheless where it names the same stream, as SDKs' paginators send both.
        streams.of(input);
      }
      const page = token === undefined ? undefined : pageOf(token, engine.now);
      const state = page === undefined ? streams.of(input) : streams.find(page.stream);
      const description = await described(state);
      const filter = page?.filter ?? (input.ShardFilter as Message | undefined);
      const after = page?.after ?? optionalText(input, "ExclusiveStartShardId") ?? "";
      const limit = optionalNumber(input, "MaxResults") ?? defaultPage;
      const rest = filtered(shardsOf(description), filter, Number(description.RetentionPeriodHours)).filter(
        ({ ShardId }) => ShardId > after,
      );
      const found = rest.slice(0, limit);
      const last = found.at(-1)?.ShardId ?? "";
      return {
        Shards: found,
        ...(rest.length > limit && {
          NextToken: nextToken({ stream: state.name, after: last, issued: engine.now, filter }),
        }),
      };
    },
    SplitShard: reshard("SplitShard"),
    MergeShards: reshard("MergeShards"),
    UpdateShardCount: () => {
      throw errors.notOffered("UpdateShardCount", "use SplitShard and MergeShards, or change shards in the program.");
    },
  };
}
