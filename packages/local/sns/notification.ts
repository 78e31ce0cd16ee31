// What endpoints get of a published message: the notification in its envelope, the bare message, or Lambda's event.
import { createHash } from "node:crypto";
import { dnsSuffixOf } from "@spillway/graph";
import type { Message } from "../service/ask";
import type { MessageAttributes } from "./message-attributes";
import type { Publication } from "./publication";
import type { Subscription } from "./topic";

/** SendMessage's input for a subscribed queue, or its dead-letter queue, apart from the QueueUrl. */
export function queueMessage(
  publication: Publication,
  subscription: Subscription,
  fifoQueue: boolean,
  address: string,
): Message {
  const { draft, topic } = publication;
  const { groupId, deduplicationId } = draft;
  return {
    ...content(publication, subscription, address),
    // From a standard topic the group makes a standard queue a fair one; from a FIFO topic such a queue gets none.
    ...(groupId !== undefined && fifoQueue === topic.fifo && { MessageGroupId: groupId }),
    ...(deduplicationId !== undefined && fifoQueue && { MessageDeduplicationId: deduplicationId }),
  };
}

function content(publication: Publication, subscription: Subscription, address: string): Message {
  if (!subscription.settings.raw) return { MessageBody: envelope(publication, subscription, address) };
  const { attributes } = publication.draft;
  return {
    MessageBody: publication.draft.textFor(subscription.protocol),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
  };
}

/** Members and their order as AWS has them; the messages of FIFO topics are not signed. */
function envelope(publication: Publication, subscription: Subscription, address: string): string {
  const { topic, draft, messageId, sequenceNumber, publishedAt } = publication;
  const hasAttributes = Object.keys(draft.attributes).length > 0;
  return JSON.stringify({
    Type: "Notification",
    MessageId: messageId,
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
    TopicArn: topic.arn,
    ...(draft.subject !== undefined && { Subject: draft.subject }),
    Message: draft.textFor(subscription.protocol),
    Timestamp: new Date(publishedAt).toISOString(),
    ...(!topic.fifo && {
      SignatureVersion: topic.attributes.SignatureVersion ?? "1",
      Signature: signature(publication),
      SigningCertURL: certificateUrl(topic.arn),
    }),
    UnsubscribeURL: unsubscribeUrl(subscription, address),
    ...(hasAttributes && { MessageAttributes: typedValues(draft.attributes) }),
  });
}

/** The event of a subscribed function: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function lambdaEvent(publication: Publication, subscription: Subscription, address: string): string {
  const { topic, draft, messageId, publishedAt } = publication;
  return JSON.stringify({
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: subscription.arn,
        Sns: {
          Type: "Notification",
          MessageId: messageId,
          TopicArn: topic.arn,
          Subject: draft.subject ?? null,
          Message: draft.textFor(subscription.protocol),
          Timestamp: new Date(publishedAt).toISOString(),
          // Functions get version 1 whatever the topic says.
          SignatureVersion: "1",
          Signature: signature(publication),
          SigningCertUrl: certificateUrl(topic.arn),
          UnsubscribeUrl: unsubscribeUrl(subscription, address),
          MessageAttributes: typedValues(draft.attributes),
        },
      },
    ],
  });
}

const typedValues = (attributes: MessageAttributes) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: BinaryValue ?? StringValue },
    ]),
  );

/**
 * As long as one of AWS's and just as unreadable, but it cannot be verified: nobody here has AWS's key, and the
 * certificate that SigningCertURL names does not exist.
 */
const signature = ({ messageId }: Publication) =>
  createHash("shake256", { outputLength: 256 }).update(messageId).digest("base64");

function certificateUrl(topicArn: string): string {
  const [, partition = "", , region] = topicArn.split(":");
  return `https://sns.${region}.${dnsSuffixOf(partition)}/SimpleNotificationService-${"0".repeat(32)}.pem`;
}

/** On the front, so that the link works; the version tells it that the action is SNS's. */
const unsubscribeUrl = ({ arn }: Subscription, address: string) =>
  `${address}/?Action=Unsubscribe&SubscriptionArn=${arn}&Version=2010-03-31`;
