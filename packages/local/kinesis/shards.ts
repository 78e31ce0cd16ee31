// The actions on a stream's shards. A change is done when it is answered, so that a stream is not UPDATING for long.
import type { Message } from "../service/ask";
import { pageAfter } from "../service/page";
import { type Actions, type Context, isOpen, parentsOf, type Shard, shardsOf } from "./actions";
import * as errors from "./errors";
import { optionalNumber, optionalText, text } from "./input";
import { nextToken, pageOf, type StreamState } from "./state";
import { settled } from "./streams";

/** In one answer, also where more are asked for. */
const mostListed = 1000;
const hour = 60 * 60 * 1000;
const hashKeys = 2n ** 128n;
/** Boundaries that differ by less are the same: they come of 2^128 divided by different numbers. */
const rounding = 65_536n;
/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
const scalingsPerDay = 10;
const mostShards = 10_000;

export function shardActions({ engine, streams }: Context): Actions {
  const described = async (state: StreamState): Promise<Message> => {
    const description = await engine.describe(state.name);
    if (description === undefined) throw errors.streamNotFound(state.name, streams.accountId);
    return description;
  };
  const openShards = async (state: StreamState) =>
    shardsOf(await described(state))
      .filter(isOpen)
      .sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));

  const change = async (state: StreamState, action: string, given: Message, closes: readonly string[]) => {
    const before = shardsOf(await described(state));
    for (const id of closes) {
      const shard = before.find(({ ShardId }) => ShardId === id);
      if (shard !== undefined && !isOpen(shard)) {
        throw errors.invalidArgument(
          `Shard ${id} in stream ${state.name} under account ${streams.accountId} has already been merged or split, and thus is not eligible for merging or splitting.`,
        );
      }
    }
    await engine.call(action, { ...given, StreamName: state.name });
    await settled(async () => {
      const now = await described(state);
      return now.StreamStatus === "ACTIVE" && shardsOf(now).length > before.length;
    });
    for (const id of closes) state.closed.set(id, engine.now);
  };
  const split = (state: StreamState, shardId: string, at: string) =>
    change(state, "SplitShard", { ShardToSplit: shardId, NewStartingHashKey: at }, [shardId]);
  const merge = (state: StreamState, shardId: string, adjacent: string) =>
    change(state, "MergeShards", { ShardToMerge: shardId, AdjacentShardToMerge: adjacent }, [shardId, adjacent]);

  const provisioned = (input: Message): StreamState => {
    const state = streams.of(input);
    if (state.mode === "ON_DEMAND") {
      throw errors.validation(
        `Stream ${state.name} under account ${streams.accountId} is in ON_DEMAND mode; its shards can be changed in PROVISIONED mode only.`,
      );
    }
    return state;
  };

  /** First the boundaries of the new shards, then whatever lies between two of them becomes one. */
  const scale = async (state: StreamState, target: number) => {
    const current = (await openShards(state)).map(startOf);
    const starts = Array.from({ length: target }, (_, index) => {
      const start = (hashKeys * BigInt(index)) / BigInt(target);
      return current.find((each) => each > start - rounding && each < start + rounding) ?? start;
    });
    for (const start of starts) {
      const shard = (await openShards(state)).find((each) => startOf(each) <= start && start <= endOf(each));
      if (shard !== undefined && startOf(shard) !== start) await split(state, shard.ShardId, String(start));
    }
    for (const [index, start] of starts.entries()) {
      const end = starts[index + 1] ?? hashKeys;
      for (;;) {
        const [first, second] = (await openShards(state)).filter(
          (each) => startOf(each) >= start && startOf(each) < end,
        );
        if (first === undefined || second === undefined) break;
        await merge(state, first.ShardId, second.ShardId);
      }
    }
  };

  return {
    ListShards: async (input) => {
      const token = optionalText(input, "NextToken");
      const together = ["StreamName", "StreamARN", "ExclusiveStartShardId"].find((each) => input[each] !== undefined);
      if (token !== undefined && together !== undefined) {
        throw errors.invalidArgument(`NextToken and ${together} cannot be provided together.`);
      }
      if (token === undefined && input.StreamName === undefined && input.StreamARN === undefined) {
        throw errors.invalidArgument("Either NextToken or StreamName should be provided.");
      }
      const page = token === undefined ? undefined : pageOf(token, engine.now);
      const state = page === undefined ? streams.of(input) : streams.find(page.stream);
      const filter = page === undefined ? (input.ShardFilter as Message | undefined) : page.filter;
      const after = page?.after ?? optionalText(input, "ExclusiveStartShardId") ?? "";
      const limit = Math.min(optionalNumber(input, "MaxResults") ?? mostListed, mostListed);
      const kept = filtered(await described(state), state, filter);
      const { items, next } = pageAfter(kept, ({ ShardId }) => ShardId, after, limit);
      return {
        Shards: items,
        ...(next !== undefined && {
          NextToken: nextToken({ stream: state.name, after: next, issued: engine.now, filter }),
        }),
      };
    },
    SplitShard: async (input) => {
      await split(provisioned(input), text(input, "ShardToSplit"), text(input, "NewStartingHashKey"));
      return {};
    },
    MergeShards: async (input) => {
      await merge(provisioned(input), text(input, "ShardToMerge"), text(input, "AdjacentShardToMerge"));
      return {};
    },
    UpdateShardCount: async (input) => {
      const state = provisioned(input);
      const target = Number(input.TargetShardCount);
      const current = (await openShards(state)).length;
      const counts = `Current open shard count: ${current} Target shard count: ${target}`;
      if (target > 2 * current) {
        throw errors.invalidArgument(
          `UpdateShardCount cannot scale up over double your current open shard count. ${counts}`,
        );
      }
      if (target * 2 < current) {
        throw errors.invalidArgument(
          `UpdateShardCount cannot scale down below half your current open shard count. ${counts}`,
        );
      }
      if (target > mostShards) throw errors.limitExceeded(`A stream can have at most ${mostShards} shards. ${counts}`);
      const recent = state.scalings.filter((time) => time > engine.now - 24 * hour);
      if (recent.length >= scalingsPerDay) {
        throw errors.limitExceeded(`Stream ${state.name} can be scaled ${scalingsPerDay} times within 24 hours.`);
      }
      state.scalings = [...recent, engine.now];
      await scale(state, target);
      return {
        StreamName: state.name,
        StreamARN: state.arn,
        CurrentShardCount: current,
        TargetShardCount: target,
      };
    },
  };

  function filtered(description: Message, { closed }: StreamState, filter: Message | undefined): readonly Shard[] {
    const all = shardsOf(description);
    const byId = new Map(all.map((shard) => [shard.ShardId, shard]));
    const horizon = engine.now - Number(description.RetentionPeriodHours) * hour;
    /** A shard begins where its parents end; sequence numbers have whole seconds, so that it is not later. */
    const begin = (shard: Shard): number => {
      const ends = parentsOf(shard).flatMap((id) => byId.get(id)?.SequenceNumberRange.EndingSequenceNumber ?? []);
      return ends.length > 0
        ? Math.max(...ends.map((end) => engine.parse(end).seqTime))
        : engine.parse(shard.SequenceNumberRange.StartingSequenceNumber).shardCreateTime;
    };
    const end = (shard: Shard) =>
      isOpen(shard) ? Number.POSITIVE_INFINITY : (closed.get(shard.ShardId) ?? engine.now);
    const kept = all.filter((shard) => end(shard) >= horizon);
    const earliest = Math.max(horizon, Math.min(...kept.map(begin)));
    const at = (time: number) => kept.filter((shard) => begin(shard) <= time && end(shard) >= time);
    const timestamp = () => {
      if (filter?.Timestamp === undefined) {
        throw errors.invalidArgument(`Timestamp must be provided when ShardFilter Type is ${filter?.Type}.`);
      }
      const given = Number(filter.Timestamp) * 1000;
      if (given > engine.now) {
        throw errors.invalidArgument(
          `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${given}, currentTimestampInMillis: ${engine.now}`,
        );
      }
      return Math.max(given, earliest);
    };
    switch (filter?.Type) {
      case "AFTER_SHARD_ID": {
        if (filter.ShardId === undefined) {
          throw errors.invalidArgument("ShardId must be provided when ShardFilter Type is AFTER_SHARD_ID.");
        }
        const after = text(filter, "ShardId");
        return kept.filter(({ ShardId }) => ShardId > after);
      }
      case "AT_TRIM_HORIZON":
        return at(earliest);
      case "AT_LATEST":
        return kept.filter(isOpen);
      case "AT_TIMESTAMP":
        return at(timestamp());
      case "FROM_TIMESTAMP": {
        const time = timestamp();
        return kept.filter((shard) => end(shard) >= time);
      }
      default:
        return kept;
    }
  }
}

const startOf = ({ HashKeyRange }: Shard) => BigInt(HashKeyRange.StartingHashKey);
const endOf = ({ HashKeyRange }: Shard) => BigInt(HashKeyRange.EndingHashKey);
