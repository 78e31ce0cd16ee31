// All topics and subscriptions of the run: found by ARN, created and changed with the checks that SNS makes.
import { partitionOf, subscriptionArn } from "@spillway/graph";
import { isSameDocument } from "spillway/syntax/json";
import type { Clock } from "../service/clock";
import { checkIsHere, parseArn, snsArn } from "./arns";
import { invalid, refused, subscriptionNotFound, topicNotFound } from "./errors";
import type { Storage } from "./storage";
import {
  type DeliverySettings,
  deliverySettings,
  merged as mergedSubscription,
  type Protocol,
} from "./subscription-attributes";
import { Subscription, Topic } from "./topic";
import {
  type Attributes,
  checkAttributes,
  checkTopicName,
  defaultMessageSize,
  defaults,
  merged as mergedTopic,
} from "./topic-attributes";

export interface TopicsSettings {
  readonly clock: Clock;
  readonly storage: Storage | undefined;
  readonly accountId: string;
  readonly region: string;
}

type Tags = Readonly<Record<string, string>>;

/** Those that SNS knows and the local run does not deliver to. */
const elsewhere = ["http", "https", "email", "email-json", "sms", "application", "firehose"];
/** A topic for large messages takes no more. */
const mostForLargeMessages = 100;

export class Topics {
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(readonly settings: TopicsSettings) {
    const { clock, storage } = settings;
    for (const loaded of storage?.load() ?? []) {
      const { arn, attributes, tags } = loaded.topic;
      const topic = new Topic(arn, attributes, tags, clock, storage);
      topic.restore(loaded);
      this.#topics.set(arn, topic);
      for (const { protocol, endpoint, attributes: own } of loaded.subscriptions) {
        if (isProtocol(protocol))
          this.#add(topic, protocol, endpoint, own, this.#settings(topic, protocol, endpoint, own));
      }
    }
  }

  allTopics(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  allSubscriptions(): readonly Subscription[] {
    return [...this.#subscriptions.values()];
  }

  /** `name` is the parameter's, for errors. */
  topic(arn: string, name = "TopicArn"): Topic {
    snsArn(arn, name, this.settings.region);
    const topic = this.#topics.get(arn);
    if (topic === undefined) throw topicNotFound();
    return topic;
  }

  /** Undefined: it has none of its own, or there is no such topic. */
  policyOf(arn: string): string | undefined {
    return this.#topics.get(arn)?.attributes.Policy;
  }

  create(name: string, attributes: Attributes, tags: Tags): Topic {
    const { accountId, region, clock, storage } = this.settings;
    const fifo = attributes.FifoTopic === "true";
    checkTopicName(name, fifo);
    checkAttributes(attributes, fifo, (unknown) => invalid(`Attributes Reason: Unknown attribute ${unknown}`));
    const { FifoTopic, ...given } = attributes;
    const arn = `arn:${partitionOf(region)}:sns:${region}:${accountId}:${name}`;
    const existing = this.#topics.get(arn);
    if (existing !== undefined) {
      const isOther = ([key, value]: [string, string]) => !isSameDocument(existing.attributes[key] ?? "", value);
      if (Object.entries(given).some(isOther)) {
        throw invalid("Attributes Reason: Topic already exists with different attributes");
      }
      if (Object.entries(tags).some(([key, value]) => existing.tags[key] !== value)) {
        throw invalid("Tags Reason: Topic already exists with different tags");
      }
      return existing;
    }
    const topic = new Topic(arn, mergedTopic(defaults(fifo), given), tags, clock, storage);
    this.#topics.set(arn, topic);
    storage?.saveTopic(topic);
    return topic;
  }

  configure(topic: Topic, changes: Attributes): void {
    const unknown = () => invalid("AttributeName");
    if (Object.hasOwn(changes, "FifoTopic")) throw unknown();
    checkAttributes(changes, topic.fifo, unknown);
    const isLarge = Number(changes.MaximumMessageSize ?? 0) > defaultMessageSize;
    if (isLarge && topic.subscriptions.size > mostForLargeMessages) throw tooManyForLargeMessages();
    topic.attributes = mergedTopic(topic.attributes, changes);
    this.settings.storage?.saveTopic(topic);
  }

  tag(topic: Topic, tags: Tags): void {
    topic.tags = tags;
    this.settings.storage?.saveTopic(topic);
  }

  /** Its subscriptions go with it. No topic is no error, as on AWS. */
  delete(arn: string): void {
    snsArn(arn, "TopicArn", this.settings.region);
    for (const subscription of this.#topics.get(arn)?.subscriptions.values() ?? []) this.#remove(subscription);
    this.#topics.delete(arn);
    this.settings.storage?.deleteTopic(arn);
  }

  subscription(arn: string): Subscription {
    snsArn(arn, "SubscriptionArn", this.settings.region);
    const subscription = this.#subscriptions.get(arn);
    if (subscription === undefined) throw subscriptionNotFound();
    return subscription;
  }

  subscribe(topic: Topic, protocol: string, endpoint: string, attributes: Attributes): Subscription {
    if (topic.fifo && protocol !== "sqs" && (isProtocol(protocol) || elsewhere.includes(protocol))) {
      throw invalid(`Invalid protocol type: ${protocol}`);
    }
    if (elsewhere.includes(protocol)) {
      throw refused(
        `The local run delivers to queues and functions only, the protocol "${protocol}" was given; use sqs or lambda.`,
      );
    }
    if (!isProtocol(protocol)) throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
    this.#checkEndpoint(topic, protocol, endpoint);
    const own = mergedSubscription({}, attributes);
    const settings = this.#settings(topic, protocol, endpoint, own, "Attributes Reason: ");
    const existing = this.#subscriptions.get(subscriptionArn(topic.arn, protocol, endpoint));
    if (existing !== undefined) {
      const isOther = ([key, value]: [string, string]) => !isSameDocument(existing.attributes[key] ?? "", value);
      if (Object.entries(own).some(isOther)) {
        throw invalid("Attributes Reason: Subscription already exists with different attributes");
      }
      return existing;
    }
    if (topic.maximumMessageSize > defaultMessageSize && topic.subscriptions.size >= mostForLargeMessages) {
      throw tooManyForLargeMessages();
    }
    const subscription = this.#add(topic, protocol, endpoint, own, settings);
    this.settings.storage?.saveSubscription(subscription);
    return subscription;
  }

  configureSubscription(subscription: Subscription, changes: Attributes): void {
    const { topic, protocol, endpoint } = subscription;
    const attributes = mergedSubscription(subscription.attributes, changes);
    subscription.settings = this.#settings(topic, protocol, endpoint, attributes);
    subscription.attributes = attributes;
    this.settings.storage?.saveSubscription(subscription);
  }

  /** No subscription is no error, as on AWS. */
  unsubscribe(arn: string): void {
    snsArn(arn, "SubscriptionArn", this.settings.region);
    const subscription = this.#subscriptions.get(arn);
    if (subscription === undefined) return;
    this.#remove(subscription);
    subscription.topic.subscriptionsDeleted += 1;
  }

  #checkEndpoint(topic: Topic, protocol: Protocol, endpoint: string): void {
    const arn = parseArn(endpoint);
    if (protocol === "sqs") {
      if (arn?.service !== "sqs" || arn.resource.includes(":")) throw invalid("SQS endpoint ARN");
      if (endpoint.endsWith(".fifo") && !topic.fifo) {
        throw invalid(
          "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
        );
      }
    } else if (arn?.service !== "lambda" || !arn.resource.startsWith("function:")) {
      throw invalid("Lambda endpoint ARN");
    }
    checkIsHere(arn, endpoint, this.#own);
  }

  get #own() {
    return { account: this.settings.accountId, region: this.settings.region };
  }

  #settings(
    topic: Topic,
    protocol: Protocol,
    endpoint: string,
    attributes: Attributes,
    when?: string,
  ): DeliverySettings {
    return deliverySettings(attributes, { protocol, endpoint, topicIsFifo: topic.fifo, own: this.#own }, when);
  }

  #add(
    topic: Topic,
    protocol: Protocol,
    endpoint: string,
    attributes: Attributes,
    settings: DeliverySettings,
  ): Subscription {
    const arn = subscriptionArn(topic.arn, protocol, endpoint);
    const subscription = new Subscription(topic, arn, protocol, endpoint, attributes, settings);
    topic.subscriptions.set(arn, subscription);
    this.#subscriptions.set(arn, subscription);
    return subscription;
  }

  #remove(subscription: Subscription): void {
    subscription.deleted = true;
    subscription.topic.subscriptions.delete(subscription.arn);
    this.#subscriptions.delete(subscription.arn);
    this.settings.storage?.deleteSubscription(subscription.arn);
  }
}

const isProtocol = (protocol: string): protocol is Protocol => protocol === "sqs" || protocol === "lambda";

const tooManyForLargeMessages = () =>
  invalid(
    `Topics with MaximumMessageSize above ${defaultMessageSize} support up to ${mostForLargeMessages} subscriptions`,
  );
