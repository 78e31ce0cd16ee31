// Kinesis of the local run. The first request starts its engine, so that programs without streams do not wait for it.

import { type Message, type Service, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import { Wakes } from "../service/wakes";
import type { Actions, Context } from "./actions";
import { consumerActions } from "./consumers";
import { createEngine } from "./engine";
import { notOffered } from "./errors";
import { checked } from "./input";
import { positionOf } from "./iterator";
import { recordActions } from "./records";
import { shardActions } from "./shards";
import { Streams, streamArnPrefix, streamNameOfArn, streamOfToken } from "./state";
import { streamActions } from "./streams";
import { tagActions } from "./tags";

export interface KinesisSettings {
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
}

export interface Kinesis extends Service {
  /**
   * Calls `wake` after records were written to the stream and after its shards have changed, until the function that it
   * returns is called. The ARN is that of a stream or of one of its consumers.
   */
  onWrite(arn: string, wake: () => void): () => void;
  /**
   * ARN of the stream that a request names by its shard iterator, or by its token only. Undefined where it does not.
   */
  streamOf(input: Message): string | undefined;
}

/** The actions after which there is something new to read. */
const changes: ReadonlySet<string> = new Set([
  "PutRecord",
  "PutRecords",
  "SplitShard",
  "MergeShards",
  "UpdateShardCount",
]);

/** Actions of AWS that the local run does not have, and what to do instead. */
const absent: Readonly<Record<string, string>> = {
  PutResourcePolicy: "there is one account, and its roles' policies are evaluated.",
  GetResourcePolicy: "there is one account, and its roles' policies are evaluated.",
  DeleteResourcePolicy: "there is one account, and its roles' policies are evaluated.",
  UpdateStreamWarmThroughput: "leave it out: nothing is throttled here.",
  DescribeAccountSettings: "leave it out: nothing is billed here.",
  UpdateAccountSettings: "leave it out: nothing is billed here.",
};

export function createKinesis(settings: KinesisSettings): Kinesis {
  const { accountId, region } = settings;
  const wakes = new Wakes();
  let started: { readonly context: Context; readonly actions: Actions } | undefined;
  let isClosed = false;
  const start = () => {
    if (isClosed) throw new ServiceError("ServiceUnavailable", "The local run is being stopped.", 503);
    if (started === undefined) {
      const engine = createEngine(settings);
      const context = { engine, streams: new Streams(engine, accountId, region) };
      const all = [streamActions, shardActions, recordActions, consumerActions, tagActions];
      started = { context, actions: Object.assign({}, ...all.map((each) => each(context))) };
    }
    return started;
  };

  return {
    name: "kinesis",
    async handle(_principal, action, given) {
      const { context, actions } = start();
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (act === undefined) {
        const advice = absent[action];
        if (advice !== undefined) throw notOffered(action, advice);
        throw new ServiceError("UnknownOperationException", `Kinesis has no action ${action}.`);
      }
      context.engine.tick();
      const input: Message = checked(action, given);
      const answer = await act(input);
      if (changes.has(action)) wakes.wake(context.streams.of(input).name);
      return answer;
    },
    onWrite: (arn, wake) => wakes.add(streamNameOfArn(arn) ?? "", wake),
    streamOf: ({ ShardIterator, NextToken }) => {
      const name =
        typeof ShardIterator === "string"
          ? positionOf(ShardIterator)?.streamName
          : typeof NextToken === "string"
            ? streamOfToken(NextToken)
            : undefined;
      return name === undefined ? undefined : streamArnPrefix(accountId, region) + name;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await started?.context.engine.close();
    },
  };
}
