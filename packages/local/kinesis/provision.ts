// Creates the program's streams and their consumers on Kinesis of the local run.
import type { GraphResource } from "@spillway/graph";
import type { Ask, Message, Principal } from "../service/ask";
import type { Provisioners } from "../service/provision";
import { provisioner } from "../service/provisioner";
import { numberIn, physicalName, structureIn, tagsOf, textIn, textsIn } from "../service/values";
import { consumerCreatedMember } from "./rules";

const owner: Principal = { kind: "user" };
/** Hours: Kinesis's own default, and the least. */
const defaultRetention = 24;

export function kinesisProvisioners(ask: Ask): Provisioners {
  const kinesis = (action: string, input: Message) => ask(owner, "kinesis", action, input);

  const stream = async (resource: GraphResource) => {
    const { inputs } = resource;
    const StreamName = physicalName(resource);
    const retention = numberIn(inputs, "retentionPeriod") ?? defaultRetention;
    const mode = textIn(structureIn(inputs, "streamModeDetails") ?? {}, "streamMode");
    const encryption = textIn(inputs, "encryptionType") ?? "NONE";
    const metrics = textsIn(inputs, "shardLevelMetrics");
    refuseValues(encryption, textIn(inputs, "kmsKeyId"), retention);
    await kinesis("CreateStream", {
      StreamName,
      ...(mode !== undefined && { StreamModeDetails: { StreamMode: mode } }),
      ShardCount: numberIn(inputs, "shardCount"),
      MaxRecordSizeInKiB: numberIn(inputs, "maxRecordSizeInKib"),
      Tags: givenTags(resource),
    });
    if (retention !== defaultRetention) {
      await kinesis("IncreaseStreamRetentionPeriod", { StreamName, RetentionPeriodHours: retention });
    }
    if (encryption === "KMS") {
      const KeyId = textIn(inputs, "kmsKeyId");
      await kinesis("StartStreamEncryption", { StreamName, EncryptionType: "KMS", KeyId });
    }
    if (metrics.length > 0) await kinesis("EnableEnhancedMonitoring", { StreamName, ShardLevelMetrics: metrics });
  };

  /** Its ARN has the second of its creation, which the evaluated program knows already. */
  const consumer = async (resource: GraphResource) => {
    const created = Number(textIn(resource.outputs, "arn")?.split(":").at(-1));
    await kinesis("RegisterStreamConsumer", {
      StreamARN: textIn(resource.inputs, "streamArn"),
      ConsumerName: physicalName(resource),
      Tags: givenTags(resource),
      ...(Number.isInteger(created) && { [consumerCreatedMember]: created }),
    });
  };

  return {
    "aws:kinesis/stream:Stream": provisioner({ known: ofStream }, stream),
    "aws:kinesis/streamConsumer:StreamConsumer": provisioner({ known: ["streamArn"] }, consumer),
  };
}

/** Read here, or without effect on one machine, where nothing is throttled (the last line). */
const ofStream = [
  ...["shardCount", "retentionPeriod", "streamModeDetails", "maxRecordSizeInKib", "shardLevelMetrics"],
  ...["encryptionType", "kmsKeyId"],
  ...["enforceConsumerDeletion", "warmThroughputMibPs"],
];

/** Kinesis refuses an empty map of tags. */
function givenTags(resource: GraphResource): Readonly<Record<string, string>> | undefined {
  const tags = tagsOf(resource);
  return Object.keys(tags).length > 0 ? tags : undefined;
}

/** What the provider refuses before it asks Kinesis. */
function refuseValues(encryption: string, kmsKeyId: string | undefined, retention: number): void {
  if (encryption !== "NONE" && encryption !== "KMS") {
    throw new Error(`encryptionType must be NONE or KMS, "${encryption}" given.`);
  }
  if (encryption === "KMS" && kmsKeyId === undefined) {
    throw new Error("encryptionType KMS needs kmsKeyId; alias/aws/kinesis is the key that Kinesis owns.");
  }
  if (!Number.isInteger(retention) || retention < defaultRetention || retention > 8760) {
    throw new Error(`retentionPeriod must be ${defaultRetention} to 8760 hours, ${retention} given.`);
  }
}
