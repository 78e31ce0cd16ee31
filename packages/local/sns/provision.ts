// Creates the program's topics, with their policies and subscriptions, on SNS of the local run.
import type { GraphResource } from "@spillway/graph";
import { type Ask, type Message, type Principal, ServiceError } from "../service/ask";
import type { Provisioners } from "../service/provision";
import { provisioner } from "../service/provisioner";
import { booleanIn, documentIn, numberIn, physicalName, tagsOf, textIn, type Values } from "../service/values";
import { type Attributes, defaults } from "./topic-attributes";

const owner: Principal = { kind: "user" };

/** Of those endpoints no mail is sent to, which is told once. */
const mail = new Set(["email", "email-json"]);

export function snsProvisioners(ask: Ask, say: (line: string) => void = () => {}): Provisioners {
  const sns: AskSns = (action, input) => ask(owner, "sns", action, input);
  let toldOfMail = false;

  const topic = async (resource: GraphResource) => {
    const name = physicalName(resource);
    const attributes = topicAttributes(resource.inputs);
    const tags = tagsOf(resource);
    const arn = await existingArn(sns, textIn(resource.outputs, "arn"));
    if (arn === undefined) {
      await sns("CreateTopic", { Name: name, Attributes: attributes, Tags: listOfTags(tags) });
      return;
    }
    // From an earlier run: made as if it were new. Its subscriptions are the program's, which come after it.
    await unsubscribeAll(sns, arn);
    const { Attributes: current } = await sns("GetTopicAttributes", { TopicArn: arn });
    const { FifoTopic, ...wanted }: Attributes = { ...defaults(attributes.FifoTopic === "true"), ...attributes };
    const former = Object.keys(current as Attributes).filter(
      (each) => settable.has(each) && !Object.hasOwn(wanted, each),
    );
    for (const [AttributeName, AttributeValue] of [...former.map((each) => [each, ""]), ...Object.entries(wanted)]) {
      await sns("SetTopicAttributes", { TopicArn: arn, AttributeName, AttributeValue });
    }
    const { Tags = [] } = await sns("ListTagsForResource", { ResourceArn: arn });
    const TagKeys = (Tags as readonly { readonly Key: string }[]).map(({ Key }) => Key);
    await sns("UntagResource", { ResourceArn: arn, TagKeys });
    await sns("TagResource", { ResourceArn: arn, Tags: listOfTags(tags) });
  };

  const subscription = async ({ inputs }: GraphResource) => {
    const topicArn = textIn(inputs, "topic") ?? "";
    const protocol = textIn(inputs, "protocol") ?? "";
    const endpoint = textIn(inputs, "endpoint") ?? "";
    if (mail.has(protocol)) {
      if (!toldOfMail) say("Subscriptions by email have no effect here: no mail is sent.");
      toldOfMail = true;
      return;
    }
    const attributes = subscriptionAttributes(inputs);
    await sns("Subscribe", { TopicArn: topicArn, Protocol: protocol, Endpoint: endpoint, Attributes: attributes });
  };

  const policy = async ({ inputs }: GraphResource) => {
    const AttributeValue = documentIn(inputs, "policy") ?? "";
    await sns("SetTopicAttributes", { TopicArn: textIn(inputs, "arn"), AttributeName: "Policy", AttributeValue });
  };

  return {
    "aws:sns/topic:Topic": provisioner({ known: ofTopic }, topic),
    "aws:sns/topicSubscription:TopicSubscription": provisioner({ known: ofSubscription }, subscription),
    "aws:sns/topicPolicy:TopicPolicy": provisioner({ known: ["arn", "policy"] }, policy),
  };
}

const listOfTags = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/**
 * Those that a topic of an earlier run may have, and that an empty value takes away; others stay as they are, as on
 * AWS.
 */
const settable = new Set(["DisplayName", "Policy", "DeliveryPolicy", "KmsMasterKeyId"]);

const feedbackServices: Readonly<Record<string, string>> = {
  application: "Application",
  firehose: "Firehose",
  http: "HTTP",
  lambda: "Lambda",
  sqs: "SQS",
};

const ofTopic = [
  ...["displayName", "policy", "deliveryPolicy", "kmsMasterKeyId", "fifoTopic", "contentBasedDeduplication"],
  ...["fifoThroughputScope", "signatureVersion", "tracingConfig", "maximumMessageSize"],
  ...Object.keys(feedbackServices).flatMap((each) =>
    ["SuccessFeedbackRoleArn", "FailureFeedbackRoleArn", "SuccessFeedbackSampleRate"].map((name) => `${each}${name}`),
  ),
];

/** The last two are about endpoints on the web, of which the local run has none. */
const ofSubscription = [
  ...["topic", "protocol", "endpoint", "rawMessageDelivery", "filterPolicy", "filterPolicyScope", "redrivePolicy"],
  ...["confirmationTimeoutInMinutes", "endpointAutoConfirms"],
];

function topicAttributes(inputs: Values): Attributes {
  const attributes: Record<string, string | number | boolean | undefined> = {
    DisplayName: textIn(inputs, "displayName"),
    Policy: documentIn(inputs, "policy"),
    DeliveryPolicy: documentIn(inputs, "deliveryPolicy"),
    KmsMasterKeyId: textIn(inputs, "kmsMasterKeyId"),
    // False is the absence of the attribute, as on AWS.
    FifoTopic: booleanIn(inputs, "fifoTopic") || undefined,
    ContentBasedDeduplication: booleanIn(inputs, "contentBasedDeduplication") || undefined,
    FifoThroughputScope: textIn(inputs, "fifoThroughputScope"),
    SignatureVersion: numberIn(inputs, "signatureVersion"),
    TracingConfig: textIn(inputs, "tracingConfig"),
    // Not in @pulumi/aws 7.48.0, but in SNS.
    MaximumMessageSize: numberIn(inputs, "maximumMessageSize"),
  };
  for (const [property, name] of Object.entries(feedbackServices)) {
    for (const outcome of ["Success", "Failure"]) {
      attributes[`${name}${outcome}FeedbackRoleArn`] = textIn(inputs, `${property}${outcome}FeedbackRoleArn`);
    }
    attributes[`${name}SuccessFeedbackSampleRate`] = numberIn(inputs, `${property}SuccessFeedbackSampleRate`);
  }
  return given(attributes);
}

const subscriptionAttributes = (inputs: Values): Attributes =>
  given({
    RawMessageDelivery: booleanIn(inputs, "rawMessageDelivery") || undefined,
    FilterPolicy: documentIn(inputs, "filterPolicy"),
    // Without a filter it says nothing, and SNS does not keep it.
    FilterPolicyScope:
      documentIn(inputs, "filterPolicy") === undefined ? undefined : textIn(inputs, "filterPolicyScope"),
    RedrivePolicy: documentIn(inputs, "redrivePolicy"),
  });

function given(attributes: Readonly<Record<string, string | number | boolean | undefined>>): Attributes {
  const entries = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

type AskSns = (action: string, input: Message) => Promise<Message>;

async function unsubscribeAll(sns: AskSns, topicArn: string): Promise<void> {
  for (;;) {
    const { Subscriptions } = await sns("ListSubscriptionsByTopic", { TopicArn: topicArn });
    const found = Subscriptions as readonly Message[];
    if (found.length === 0) return;
    for (const { SubscriptionArn } of found) await sns("Unsubscribe", { SubscriptionArn });
  }
}

async function existingArn(sns: AskSns, arn: string | undefined): Promise<string | undefined> {
  if (arn === undefined) return undefined;
  try {
    await sns("GetTopicAttributes", { TopicArn: arn });
    return arn;
  } catch (error) {
    if (error instanceof ServiceError && error.code === "NotFound") return undefined;
    throw error;
  }
}
