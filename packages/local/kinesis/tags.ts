// Tags of streams and of their consumers.
import type { Message } from "../service/ask";
import { pageAfter } from "../service/page";
import type { Actions, Context } from "./actions";
import * as errors from "./errors";
import { optionalNumber, optionalText, text, textMap, texts } from "./input";

type Tags = Map<string, string>;

const maximum = 50;

export function tagActions({ streams }: Context): Actions {
  const tagsOf = (input: Message): Tags => {
    const arn = text(input, "ResourceARN");
    return arn.includes("/consumer/") ? streams.consumer(arn).consumer.tags : streams.of({ StreamARN: arn }).tags;
  };
  const add = (tags: Tags, given: Readonly<Record<string, string>>): Message => {
    checkTags(given);
    if (new Set([...tags.keys(), ...Object.keys(given)]).size > maximum) {
      throw errors.limitExceeded(`A resource can have at most ${maximum} tags.`);
    }
    addTags(tags, given);
    return {};
  };
  const remove = (tags: Tags, keys: readonly string[]): Message => {
    for (const key of keys) tags.delete(key);
    return {};
  };
  return {
    AddTagsToStream: (input) => add(streams.of(input).tags, textMap(input, "Tags")),
    RemoveTagsFromStream: (input) => remove(streams.of(input).tags, texts(input, "TagKeys")),
    ListTagsForStream: (input) => {
      const after = optionalText(input, "ExclusiveStartTagKey") ?? "";
      const limit = optionalNumber(input, "Limit") ?? maximum;
      const { items, next } = pageAfter(listed(streams.of(input).tags), ({ Key }) => Key, after, limit);
      return { Tags: items, HasMoreTags: next !== undefined };
    },
    TagResource: (input) => add(tagsOf(input), textMap(input, "Tags")),
    UntagResource: (input) => remove(tagsOf(input), texts(input, "TagKeys")),
    ListTagsForResource: (input) => ({ Tags: listed(tagsOf(input)) }),
  };
}

export function addTags(tags: Tags, given: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(given)) tags.set(key, value);
}

export function checkTags(given: Readonly<Record<string, string>>): void {
  const all = Object.entries(given).flat();
  if (!all.every((each) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@%]*$/u.test(each))) {
    throw errors.invalidArgument(
      "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . : / = + - % @.",
    );
  }
  if (Object.keys(given).length > maximum) {
    throw errors.invalidArgument(`A resource can have at most ${maximum} tags, ${Object.keys(given).length} given.`);
  }
}

const listed = (tags: Tags) => [...tags].sort(([a], [b]) => (a < b ? -1 : 1)).map(([Key, Value]) => ({ Key, Value }));
