// Creates the program's streams and their consumers on Kinesis of the local run.
import type { GraphResource } from "../../graph/graph";
import type { Provisioner, Provisioners } from "../provision";
import type { Ask, Message, Principal } from "../service";
import { creating, described, numberIn, physicalName, structureIn, tagsOf, textIn, textsIn } from "../values";
import { consumerCreatedMember } from "./consumers";

const owner: Principal = { kind: "user" };
/** Kinesis's own default, and the least. */
const defaultRetention = 24;

export function kinesisProvisioners(ask: Ask): Provisioners {
  const kinesis = (action: string, input: Message) => ask(owner, "kinesis", action, input);

  const stream: Provisioner = (resource) =>
    creating(resource, async () => {
      const { inputs } = resource;
      refuseImport(resource);
      const StreamName = physicalName(resource);
      const mode = textIn(structureIn(inputs, "streamModeDetails") ?? {}, "streamMode") ?? "PROVISIONED";
      const shards = numberIn(inputs, "shardCount");
      const size = numberIn(inputs, "maxRecordSizeInKib");
      const tags = tagsOf(resource);
      await kinesis("CreateStream", {
        StreamName,
        StreamModeDetails: { StreamMode: mode },
        ...(shards !== undefined && { ShardCount: shards }),
        ...(size !== undefined && { MaxRecordSizeInKiB: size }),
        ...(Object.keys(tags).length > 0 && { Tags: tags }),
      });
      const RetentionPeriodHours = numberIn(inputs, "retentionPeriod") ?? defaultRetention;
      if (RetentionPeriodHours !== defaultRetention) {
        await kinesis("IncreaseStreamRetentionPeriod", { StreamName, RetentionPeriodHours });
      }
      if (textIn(inputs, "encryptionType") === "KMS") {
        await kinesis("StartStreamEncryption", {
          StreamName,
          EncryptionType: "KMS",
          KeyId: textIn(inputs, "kmsKeyId"),
        });
      }
      const ShardLevelMetrics = textsIn(inputs, "shardLevelMetrics");
      if (ShardLevelMetrics.length > 0) await kinesis("EnableEnhancedMonitoring", { StreamName, ShardLevelMetrics });
    });

  /** Its ARN has the second of its creation, which the evaluated program knows already. */
  const consumer: Provisioner = (resource) =>
    creating(resource, async () => {
      refuseImport(resource);
      const created = Number(textIn(resource.outputs, "arn")?.split(":").at(-1));
      await kinesis("RegisterStreamConsumer", {
        StreamARN: textIn(resource.inputs, "streamArn"),
        ConsumerName: physicalName(resource),
        ...(Number.isInteger(created) && { [consumerCreatedMember]: created }),
      });
    });

  return { "aws:kinesis/stream:Stream": stream, "aws:kinesis/streamConsumer:StreamConsumer": consumer };
}

function refuseImport(resource: GraphResource): void {
  if (resource.options.importId === undefined) return;
  throw new Error(
    `${described(resource)} imports an existing one, which the local run cannot reach; run it without the import.`,
  );
}
