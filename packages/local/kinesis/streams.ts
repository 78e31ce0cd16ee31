// The actions on streams as a whole, and on their settings.
import type { Message } from "../service/ask";
import { pageAfter } from "../service/page";
import { type Actions, type Context, isOpen, type Shard, shardsOf } from "./actions";
import * as errors from "./errors";
import { optionalNumber, optionalText, text, textMap, texts } from "./input";
import { nextToken, pageOf, type StreamState } from "./state";
import { addTags, checkTags } from "./tags";

/** What on-demand streams begin with. https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
export const onDemandShards = 4;
const defaultPage = 100;
const day = 24 * 60 * 60 * 1000;
const allMetrics = [
  "IncomingBytes",
  "IncomingRecords",
  "OutgoingBytes",
  "OutgoingRecords",
  "WriteProvisionedThroughputExceeded",
  "ReadProvisionedThroughputExceeded",
  "IteratorAgeMilliseconds",
];

export function streamActions({ engine, streams }: Context): Actions {
  const described = async (state: StreamState): Promise<Message & { readonly Shards: readonly Shard[] }> => {
    const description = await engine.describe(state.name);
    if (description === undefined) throw errors.streamNotFound(state.name, streams.accountId);
    const { Shards: _shards, HasMoreShards: _more, ...plain } = description;
    return {
      ...plain,
      StreamARN: state.arn,
      StreamModeDetails: { StreamMode: state.mode },
      EnhancedMonitoring: [{ ShardLevelMetrics: state.metrics }],
      EncryptionType: state.keyId === undefined ? "NONE" : "KMS",
      ...(state.keyId !== undefined && { KeyId: state.keyId }),
      Shards: shardsOf(description),
    };
  };

  const create = async (input: Message): Promise<Message> => {
    const name = text(input, "StreamName");
    refuseCapacity(input);
    const mode = modeOf(input);
    const shards = optionalNumber(input, "ShardCount");
    if (mode === "PROVISIONED" && shards === undefined) {
      throw errors.invalidArgument("ShardCount must be specified for a stream in PROVISIONED mode.");
    }
    if (mode === "ON_DEMAND" && shards !== undefined) {
      throw errors.invalidArgument(`ShardCount must not be specified for a stream in ON_DEMAND mode, ${shards} given.`);
    }
    const tags = textMap(input, "Tags");
    checkTags(tags);
    await engine.call("CreateStream", { StreamName: name, ShardCount: shards ?? onDemandShards });
    await settled(async () => (await engine.describe(name))?.StreamStatus === "ACTIVE");
    const state = streams.add(name);
    state.mode = mode;
    state.maxRecordSizeInKiB = optionalNumber(input, "MaxRecordSizeInKiB") ?? state.maxRecordSizeInKiB;
    addTags(state.tags, tags);
    return {};
  };

  const setMonitoring = (input: Message, change: (current: readonly string[], given: string[]) => string[]) => {
    const state = streams.of(input);
    const names = texts(input, "ShardLevelMetrics");
    const before = state.metrics;
    state.metrics = change(before, names.includes("ALL") ? allMetrics : [...names]);
    return {
      StreamName: state.name,
      StreamARN: state.arn,
      CurrentShardLevelMetrics: before,
      DesiredShardLevelMetrics: state.metrics,
    };
  };

  const setRetention = (action: string) => async (input: Message) => {
    const { name } = streams.of(input);
    await engine.call(action, { StreamName: name, RetentionPeriodHours: input.RetentionPeriodHours });
    return {};
  };

  return {
    CreateStream: create,
    DeleteStream: async (input) => {
      const { name, consumers } = streams.of(input);
      if (consumers.size > 0 && input.EnforceConsumerDeletion !== true) {
        throw errors.inUse(
          `Stream ${name} under account ${streams.accountId} has registered consumers: ${[...consumers.keys()].join(", ")}. Deregister them, or set EnforceConsumerDeletion.`,
        );
      }
      await engine.call("DeleteStream", { StreamName: name });
      await settled(async () => (await engine.describe(name)) === undefined);
      streams.remove(name);
      return {};
    },
    DescribeStream: async (input) => {
      const { Shards, ...description } = await described(streams.of(input));
      const after = optionalText(input, "ExclusiveStartShardId") ?? "";
      const limit = Math.min(optionalNumber(input, "Limit") ?? defaultPage, defaultPage);
      const rest = Shards.filter(({ ShardId }) => ShardId > after);
      return {
        StreamDescription: { ...description, Shards: rest.slice(0, limit), HasMoreShards: rest.length > limit },
      };
    },
    DescribeStreamSummary: async (input) => {
      const state = streams.of(input);
      const { Shards, ...description } = await described(state);
      return {
        StreamDescriptionSummary: {
          ...description,
          OpenShardCount: Shards.filter(isOpen).length,
          ConsumerCount: state.consumers.size,
          MaxRecordSizeInKiB: state.maxRecordSizeInKiB,
        },
      };
    },
    ListStreams: async (input) => {
      const token = optionalText(input, "NextToken");
      const after =
        token === undefined ? (optionalText(input, "ExclusiveStartStreamName") ?? "") : pageOf(token, engine.now).after;
      const limit = Math.min(optionalNumber(input, "Limit") ?? defaultPage, defaultPage);
      const { items, next } = pageAfter(streams.all, ({ name }) => name, after, limit);
      const summaries = await Promise.all(
        items.map(async (state) => {
          const { StreamName, StreamARN, StreamStatus, StreamModeDetails, StreamCreationTimestamp } = (await described(
            state,
          )) as Message;
          return { StreamName, StreamARN, StreamStatus, StreamModeDetails, StreamCreationTimestamp };
        }),
      );
      return {
        StreamNames: items.map(({ name }) => name),
        StreamSummaries: summaries,
        HasMoreStreams: next !== undefined,
        ...(next !== undefined && { NextToken: nextToken({ stream: "", after: next, issued: engine.now }) }),
      };
    },
    DescribeLimits: async () => {
      const all = await Promise.all(streams.all.map(described));
      return {
        ShardLimit: 20_000,
        OpenShardCount: all.flatMap(({ Shards }) => Shards.filter(isOpen)).length,
        OnDemandStreamCount: streams.all.filter(({ mode }) => mode === "ON_DEMAND").length,
        OnDemandStreamCountLimit: 50,
      };
    },
    UpdateStreamMode: (input) => {
      refuseCapacity(input);
      const state = streams.of(input);
      const mode = modeOf(input);
      const switches = state.modeSwitches.filter((time) => time > engine.now - day);
      if (mode === state.mode) throw errors.invalidArgument(`Stream ${state.name} is in ${mode} mode already.`);
      if (switches.length >= 2) {
        throw errors.limitExceeded(`The mode of stream ${state.name} can be switched twice within 24 hours.`);
      }
      state.mode = mode;
      state.modeSwitches = [...switches, engine.now];
      return {};
    },
    UpdateMaxRecordSize: (input) => {
      streams.of(input).maxRecordSizeInKiB = Number(input.MaxRecordSizeInKiB);
      return {};
    },
    IncreaseStreamRetentionPeriod: setRetention("IncreaseStreamRetentionPeriod"),
    DecreaseStreamRetentionPeriod: setRetention("DecreaseStreamRetentionPeriod"),
    StartStreamEncryption: (input) => {
      if (input.EncryptionType !== "KMS") throw errors.invalidArgument("EncryptionType must be KMS.");
      streams.of(input).keyId = text(input, "KeyId");
      return {};
    },
    StopStreamEncryption: (input) => {
      streams.of(input).keyId = undefined;
      return {};
    },
    EnableEnhancedMonitoring: (input) => setMonitoring(input, (current, given) => [...new Set([...current, ...given])]),
    DisableEnhancedMonitoring: (input) =>
      setMonitoring(input, (current, given) => current.filter((metric) => !given.includes(metric))),
  };
}

const modeOf = (input: Message): StreamState["mode"] =>
  (input.StreamModeDetails as Message | undefined)?.StreamMode === "ON_DEMAND" ? "ON_DEMAND" : "PROVISIONED";

/** What would place records otherwise than by their keys, or reserve what one machine has not. */
function refuseCapacity(input: Message): void {
  if (input.RecordDistributionStrategy === "AUTO") {
    throw errors.notOffered(
      "RecordDistributionStrategy AUTO",
      "leave it out: records go to shards by their partition keys.",
    );
  }
  if (input.WarmThroughputMiBps !== undefined) {
    throw errors.notOffered("warm throughput", "leave it out: nothing is throttled here.");
  }
}

/** kinesalite finishes what it has begun in a later turn of the event loop. */
export async function settled(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setImmediate(resolve));
}
