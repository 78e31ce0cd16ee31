// Kinesis Data Streams of the local run, in memory.
import type { Clock } from "../clock";
import { type Service, ServiceError } from "../service";
import type { Actions, Context } from "./actions";
import { consumerActions, consumerCreatedMember } from "./consumers";
import { createEngine } from "./engine";
import { checked } from "./input";
import { recordActions } from "./records";
import { shardActions } from "./shards";
import { Streams } from "./state";
import { streamActions } from "./streams";
import { tagActions } from "./tags";

export interface Kinesis extends Service {
  /** Calls `wake` after each write to the stream, and when its shards change, until what it answers is called. */
  watch(streamArn: string, wake: () => void): () => void;
  /** ARN of the stream that a shard iterator reads. Undefined for what is no iterator. */
  streamOf(iterator: string): string | undefined;
}

export interface KinesisSettings {
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
}

export function createKinesis(settings: KinesisSettings): Kinesis {
  const engine = createEngine(settings);
  const streams = new Streams(engine, settings.accountId, settings.region);
  const context: Context = { engine, streams };
  const wakes = new Map<string, Set<() => void>>();
  const written = (streamArn: string) => {
    for (const wake of wakes.get(streamArn) ?? []) wake();
  };
  const actions: Actions = {
    ...streamActions(context),
    ...shardActions(context, written),
    ...recordActions(context, written),
    ...consumerActions(context),
    ...tagActions(context),
  };

  return {
    name: "kinesis",
    handle: async (_principal, action, input) => {
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (act === undefined) {
        throw new ServiceError(
          "UnknownOperationException",
          `Kinesis of the local run does not know the action ${action}.`,
        );
      }
      engine.tick();
      const known = checked(action, input);
      const { [consumerCreatedMember]: created } = input;
      return act(created === undefined ? known : { ...known, [consumerCreatedMember]: created });
    },
    watch: (streamArn, wake) => {
      const each = () => wake();
      wakes.set(streamArn, (wakes.get(streamArn) ?? new Set()).add(each));
      return () => wakes.get(streamArn)?.delete(each);
    },
    streamOf: (iterator) => {
      const name = engine.position(iterator)?.streamName;
      return streams.all.find((state) => state.name === name)?.arn;
    },
    close: () => engine.close(),
  };
}
