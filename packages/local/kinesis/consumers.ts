// Consumers with enhanced fan-out are registered and described as on AWS. Here they read nothing themselves.
import type { Message } from "../service/ask";
import { pageAfter } from "../service/page";
import type { Actions, Context } from "./actions";
import * as errors from "./errors";
import { optionalNumber, optionalText, text, textMap } from "./input";
import { consumerCreatedMember } from "./rules";
import { type Consumer, nextToken, pageOf, type StreamState } from "./state";
import { addTags, checkTags } from "./tags";

/** https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const maximum = 20;
const defaultPage = 100;

export function consumerActions({ engine, streams }: Context): Actions {
  const consumerOf = (input: Message): { readonly stream: StreamState; readonly consumer: Consumer } => {
    const [arn, name] = [optionalText(input, "ConsumerARN"), optionalText(input, "ConsumerName")];
    if (arn !== undefined) return streams.consumer(arn);
    if (name === undefined || optionalText(input, "StreamARN") === undefined) {
      throw errors.invalidArgument("Either ConsumerARN or both StreamARN and ConsumerName should be provided.");
    }
    const stream = streams.of(input);
    const consumer = stream.consumers.get(name);
    if (consumer === undefined) {
      throw errors.notFound(`Consumer ${name} of stream ${stream.name} under account ${streams.accountId} not found.`);
    }
    return { stream, consumer };
  };

  return {
    RegisterStreamConsumer: (input) => {
      const stream = streams.of(input);
      const name = text(input, "ConsumerName");
      if (stream.consumers.has(name)) {
        throw errors.inUse(
          `Consumer ${name} of stream ${stream.name} under account ${streams.accountId} already exists.`,
        );
      }
      if (stream.consumers.size >= maximum) {
        throw errors.limitExceeded(`Stream ${stream.name} has ${maximum} consumers, which is the most it can have.`);
      }
      const tags = textMap(input, "Tags");
      checkTags(tags);
      const createdAt = optionalNumber(input, consumerCreatedMember) ?? Math.floor(engine.now / 1000);
      const consumer: Consumer = {
        name,
        arn: `${stream.arn}/consumer/${name}:${createdAt}`,
        createdAt,
        tags: new Map(),
      };
      addTags(consumer.tags, tags);
      stream.consumers.set(name, consumer);
      return { Consumer: { ...described(consumer), ConsumerStatus: "CREATING" } };
    },
    DeregisterStreamConsumer: (input) => {
      const { stream, consumer } = consumerOf(input);
      stream.consumers.delete(consumer.name);
      return {};
    },
    DescribeStreamConsumer: (input) => {
      const { stream, consumer } = consumerOf(input);
      return { ConsumerDescription: { ...described(consumer), StreamARN: stream.arn } };
    },
    ListStreamConsumers: (input) => {
      const token = optionalText(input, "NextToken");
      const stream = streams.of(input);
      const limit = Math.min(optionalNumber(input, "MaxResults") ?? defaultPage, defaultPage);
      const after = token === undefined ? "" : pageOf(token, engine.now).after;
      const { items, next } = pageAfter(stream.consumers.values(), ({ name }) => name, after, limit);
      return {
        Consumers: items.map(described),
        ...(next !== undefined && { NextToken: nextToken({ stream: stream.name, after: next, issued: engine.now }) }),
      };
    },
    SubscribeToShard: () => {
      throw errors.notOffered(
        "SubscribeToShard",
        "read with GetRecords, or with an event source mapping: one for a consumer's ARN reads the consumer's stream.",
      );
    },
  };
}

const described = ({ name, arn, createdAt }: Consumer) => ({
  ConsumerName: name,
  ConsumerARN: arn,
  ConsumerStatus: "ACTIVE",
  ConsumerCreationTimestamp: createdAt,
});
