// What the files with Kinesis's actions have in common.
import type { Message } from "../service/ask";
import type { Engine } from "./engine";
import type { Streams } from "./state";

export interface Context {
  readonly engine: Engine;
  readonly streams: Streams;
}

/** Its input is checked already. */
export type Action = (input: Message) => Promise<Message> | Message;

export type Actions = Readonly<Record<string, Action>>;

export interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly AdjacentParentShardId?: string;
  readonly HashKeyRange: { readonly StartingHashKey: string; readonly EndingHashKey: string };
  readonly SequenceNumberRange: { readonly StartingSequenceNumber: string; readonly EndingSequenceNumber?: string };
}

export const shardsOf = (description: Message) => (description.Shards ?? []) as readonly Shard[];

export const isOpen = (shard: Shard) => shard.SequenceNumberRange.EndingSequenceNumber === undefined;

/** As GetRecords answers them at the end of a shard. */
export const childrenOf = (shards: readonly Shard[], shardId: string) =>
  shards
    .filter(({ ParentShardId, AdjacentParentShardId }) => [ParentShardId, AdjacentParentShardId].includes(shardId))
    .map((shard) => ({ ShardId: shard.ShardId, ParentShards: parentsOf(shard), HashKeyRange: shard.HashKeyRange }));

export const parentsOf = ({ ParentShardId, AdjacentParentShardId }: Shard) =>
  [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined);
