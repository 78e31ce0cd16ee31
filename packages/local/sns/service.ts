// SNS of the local run: its actions, with the input and output that AWS documents for each.

import type { Ask, Message, Service } from "../service/ask";
import type { Clock } from "../service/clock";
import { entriesOf, singleOf } from "./batch";
import { Deliveries } from "./deliveries";
import { invalid, missing, refused, resourceNotFound, tooManyTags, unknownAction } from "./errors";
import { optionalText, pageOf, tagsIn, text, textMap, texts } from "./input";
import { publish } from "./publication";
import { openStorage } from "./storage";
import type { Subscription, Topic } from "./topic";
import { defaultPolicy, effectiveDeliveryPolicy } from "./topic-attributes";
import { Topics } from "./topics";

export interface SnsSettings {
  readonly clock: Clock;
  /** Queues and functions are reached through it. */
  readonly ask: Ask;
  readonly accountId: string;
  readonly region: string;
  /** Origin of the front, as `http://127.0.0.1:4566`. */
  address(): string;
  /** What the user should know: a message that was lost, and why. */
  onProblem?(message: string): void;
  /** Where topics and subscriptions outlive the run. Default: nowhere. */
  readonly dataDir?: string | undefined;
}

type Action = (input: Message) => Message;

const mostTags = 50;

export function createSns(settings: SnsSettings): Service {
  const { clock, accountId, region, dataDir } = settings;
  const storage = dataDir === undefined ? undefined : openStorage(dataDir);
  const topics = new Topics({ clock, storage, accountId, region });
  const deliveries = new Deliveries(settings);
  const topicOf = (input: Message) => topics.topic(text(input, "TopicArn"));
  const subscriptionOf = (input: Message) => topics.subscription(text(input, "SubscriptionArn"));
  const described = ({ arn, topicArn, protocol, endpoint }: Subscription) => ({
    SubscriptionArn: arn,
    Owner: accountId,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topicArn,
  });
  const listed = (all: readonly Subscription[], input: Message): Message => {
    const { items, more } = pageOf(all, input);
    return { Subscriptions: items.map(described), ...more };
  };
  const taggedTopic = (input: Message): Topic => {
    const arn = text(input, "ResourceArn");
    const topic = topics.allTopics().find((each) => each.arn === arn);
    if (topic === undefined) throw resourceNotFound();
    return topic;
  };
  const put = (topic: Topic, draft: Parameters<typeof publish>[1]): Message => {
    const { messageId, sequenceNumber, publication } = publish(topic, draft);
    if (publication !== undefined) deliveries.submit(publication);
    return { MessageId: messageId, ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }) };
  };

  const actions: Readonly<Record<string, Action>> = {
    CreateTopic: (input) => {
      const tags = tagsIn(input);
      if (Object.keys(tags).length > mostTags) throw tooManyTags();
      return { TopicArn: topics.create(text(input, "Name"), textMap(input, "Attributes"), tags).arn };
    },
    DeleteTopic: (input) => {
      topics.delete(text(input, "TopicArn"));
      return {};
    },
    ListTopics: (input) => {
      const { items, more } = pageOf(topics.allTopics(), input);
      return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), ...more };
    },
    GetTopicAttributes: (input) => ({ Attributes: attributesOf(topicOf(input), accountId) }),
    SetTopicAttributes: (input) => {
      const topic = topicOf(input);
      topics.configure(topic, { [text(input, "AttributeName")]: optionalText(input, "AttributeValue") ?? "" });
      return {};
    },
    Subscribe: (input) => {
      const topic = topicOf(input);
      const endpoint = text(input, "Endpoint");
      const { arn } = topics.subscribe(topic, text(input, "Protocol"), endpoint, textMap(input, "Attributes"));
      // Queues and functions of the same account need no confirmation, so that there is an ARN whatever
      // ReturnSubscriptionArn says.
      return { SubscriptionArn: arn };
    },
    Unsubscribe: (input) => {
      topics.unsubscribe(text(input, "SubscriptionArn"));
      return {};
    },
    ConfirmSubscription: (input) => {
      topicOf(input);
      text(input, "Token");
      throw invalid("Token Reason: subscriptions of queues and functions are confirmed from the start.");
    },
    ListSubscriptions: (input) => listed(topics.allSubscriptions(), input),
    ListSubscriptionsByTopic: (input) => {
      const topic = topicOf(input);
      return listed(
        topics.allSubscriptions().filter((each) => each.topic === topic),
        input,
      );
    },
    GetSubscriptionAttributes: (input) => {
      const subscription = subscriptionOf(input);
      const { RawMessageDelivery, FilterPolicyScope, ...more } = subscription.attributes;
      return {
        Attributes: {
          ...described(subscription),
          RawMessageDelivery: RawMessageDelivery?.toLowerCase() ?? "false",
          ConfirmationWasAuthenticated: "true",
          PendingConfirmation: "false",
          SubscriptionPrincipal: `${subscription.arn.split(":", 2).join(":")}:iam::${accountId}:root`,
          ...more,
          ...(more.FilterPolicy !== undefined && { FilterPolicyScope: FilterPolicyScope ?? "MessageAttributes" }),
        },
      };
    },
    SetSubscriptionAttributes: (input) => {
      const subscription = subscriptionOf(input);
      const value = optionalText(input, "AttributeValue") ?? "";
      topics.configureSubscription(subscription, { [text(input, "AttributeName")]: value });
      return {};
    },
    Publish: (input) => {
      if (optionalText(input, "PhoneNumber") !== undefined) {
        throw refused("The local run sends no SMS; publish to a topic of the program.");
      }
      const name = optionalText(input, "TopicArn") === undefined ? "TargetArn" : "TopicArn";
      if (optionalText(input, name) === undefined)
        throw invalid("TopicArn or TargetArn Reason: no value for required parameter");
      const topic = topics.topic(text(input, name), name);
      return put(topic, singleOf(topic, input));
    },
    PublishBatch: (input) => {
      const topic = topicOf(input);
      const entries = entriesOf(topic, input);
      return { Successful: entries.map(({ id, draft }) => ({ Id: id, ...put(topic, draft) })), Failed: [] };
    },
    TagResource: (input) => {
      const topic = taggedTopic(input);
      const tags = { ...topic.tags, ...tagsIn(input) };
      if (Object.keys(tags).length > mostTags) throw tooManyTags();
      topics.tag(topic, tags);
      return {};
    },
    UntagResource: (input) => {
      const topic = taggedTopic(input);
      if (input.TagKeys === undefined) throw missing("TagKeys");
      const keys = texts(input, "TagKeys");
      topics.tag(topic, Object.fromEntries(Object.entries(topic.tags).filter(([key]) => !keys.includes(key))));
      return {};
    },
    ListTagsForResource: (input) => ({
      Tags: Object.entries(taggedTopic(input).tags).map(([Key, Value]) => ({ Key, Value })),
    }),
    AddPermission: () => {
      throw policyIsOne;
    },
    RemovePermission: () => {
      throw policyIsOne;
    },
  };

  let closing: Promise<void> | undefined;
  return {
    name: "sns",
    async handle(_principal, action, input) {
      const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (run === undefined) throw unknownAction(action);
      return run(input);
    },
    policyOf: (arn) => topics.policyOf(arn),
    close() {
      closing ??= deliveries.close().then(() => storage?.close());
      return closing;
    },
  };
}

const policyIsOne = refused(
  "The local run has no AddPermission and RemovePermission; set the topic's Policy attribute with SetTopicAttributes instead.",
);

function attributesOf(topic: Topic, owner: string): Message {
  const { arn, attributes, subscriptions, subscriptionsDeleted } = topic;
  return {
    TopicArn: arn,
    Owner: owner,
    DisplayName: "",
    Policy: defaultPolicy(arn, owner),
    SubscriptionsConfirmed: String(subscriptions.size),
    SubscriptionsPending: "0",
    SubscriptionsDeleted: String(subscriptionsDeleted),
    ...attributes,
    EffectiveDeliveryPolicy: effectiveDeliveryPolicy(attributes.DeliveryPolicy),
  };
}
