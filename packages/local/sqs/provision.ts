// Creates the program's queues, with their policies, on SQS of the local run.
import type { GraphResource } from "@spillway/graph";
import { type Ask, type Message, type Principal, ServiceError } from "../service/ask";
import type { Provisioners } from "../service/provision";
import { provisioner } from "../service/provisioner";
import { booleanIn, documentIn, numberIn, physicalName, tagsOf, textIn, type Values } from "../service/values";
import { defaults } from "./attributes";

const owner: Principal = { kind: "user" };

type Attributes = Readonly<Record<string, string>>;

export function sqsProvisioners(ask: Ask): Provisioners {
  const sqs = (action: string, input: Message) => ask(owner, "sqs", action, input);

  const queue = async (resource: GraphResource) => {
    const name = physicalName(resource);
    const attributes = attributesOf(resource.inputs);
    const tags = tagsOf(resource);
    const url = await existingUrl(sqs, name);
    if (url === undefined) {
      await sqs("CreateQueue", { QueueName: name, Attributes: attributes, tags });
      return;
    }
    // The queue is left from an earlier run. It is made as if it were new, except for its messages.
    const { FifoQueue, ...settable }: Attributes = {
      ...defaults(attributes.FifoQueue === "true"),
      ...noPolicies,
      ...attributes,
    };
    await sqs("SetQueueAttributes", { QueueUrl: url, Attributes: settable });
    const { Tags = {} } = await sqs("ListQueueTags", { QueueUrl: url });
    await sqs("UntagQueue", { QueueUrl: url, TagKeys: Object.keys(Tags as Attributes) });
    await sqs("TagQueue", { QueueUrl: url, Tags: tags });
  };

  /** One attribute of a queue as a resource of its own. */
  const policy = (attribute: string, property: string) =>
    provisioner({ known: ["queueUrl", property] }, async ({ inputs }) => {
      const value = documentIn(inputs, property) ?? "";
      const url = textIn(inputs, "queueUrl");
      await sqs("SetQueueAttributes", { QueueUrl: url, Attributes: { [attribute]: value } });
    });

  return {
    "aws:sqs/queue:Queue": provisioner({ known: ofQueue }, queue),
    "aws:sqs/queuePolicy:QueuePolicy": policy("Policy", "policy"),
    "aws:sqs/redrivePolicy:RedrivePolicy": policy("RedrivePolicy", "redrivePolicy"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": policy("RedriveAllowPolicy", "redriveAllowPolicy"),
  };
}

const ofQueue = [
  ...["delaySeconds", "maxMessageSize", "messageRetentionSeconds", "receiveWaitTimeSeconds"],
  ...["visibilityTimeoutSeconds", "fifoQueue", "contentBasedDeduplication", "deduplicationScope"],
  ...["fifoThroughputLimit", "kmsMasterKeyId", "kmsDataKeyReusePeriodSeconds", "sqsManagedSseEnabled"],
  ...["policy", "redrivePolicy", "redriveAllowPolicy"],
];

const noPolicies = { Policy: "", RedrivePolicy: "", RedriveAllowPolicy: "" };

function attributesOf(inputs: Values): Attributes {
  const attributes: Record<string, string | number | boolean | undefined> = {
    DelaySeconds: numberIn(inputs, "delaySeconds"),
    // The provider's default, which is not SQS's own of 1 MiB.
    MaximumMessageSize: numberIn(inputs, "maxMessageSize") ?? 262_144,
    MessageRetentionPeriod: numberIn(inputs, "messageRetentionSeconds"),
    ReceiveMessageWaitTimeSeconds: numberIn(inputs, "receiveWaitTimeSeconds"),
    VisibilityTimeout: numberIn(inputs, "visibilityTimeoutSeconds"),
    // False means that the attribute is absent, because SQS does not know it on a standard queue.
    FifoQueue: booleanIn(inputs, "fifoQueue") || undefined,
    ContentBasedDeduplication: booleanIn(inputs, "contentBasedDeduplication") || undefined,
    DeduplicationScope: textIn(inputs, "deduplicationScope"),
    FifoThroughputLimit: textIn(inputs, "fifoThroughputLimit"),
    KmsMasterKeyId: textIn(inputs, "kmsMasterKeyId"),
    KmsDataKeyReusePeriodSeconds: numberIn(inputs, "kmsDataKeyReusePeriodSeconds"),
    SqsManagedSseEnabled: booleanIn(inputs, "sqsManagedSseEnabled"),
    Policy: documentIn(inputs, "policy"),
    RedrivePolicy: documentIn(inputs, "redrivePolicy"),
    RedriveAllowPolicy: documentIn(inputs, "redriveAllowPolicy"),
  };
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

async function existingUrl(
  sqs: (action: string, input: Message) => Promise<Message>,
  name: string,
): Promise<string | undefined> {
  try {
    const { QueueUrl } = await sqs("GetQueueUrl", { QueueName: name });
    return typeof QueueUrl === "string" ? QueueUrl : undefined;
  } catch (error) {
    if (error instanceof ServiceError && error.code.endsWith("QueueDoesNotExist")) return undefined;
    throw error;
  }
}
