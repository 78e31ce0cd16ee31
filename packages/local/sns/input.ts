// Reads the members of a request's input. A text may be empty, and each action decides what that means.
import type { Message } from "../service/ask";
import { inputReader } from "../service/input";
import { page } from "../service/page";
import { invalid, missing, wrongType } from "./errors";

export const { optionalText, text, structures, texts, map, textMap } = inputReader({ missing, wrongType });

/** Reads `[{ Key, Value }]` as a record. A key may not come twice. */
export function tagsIn(input: Message): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const tag of structures(input, "Tags")) {
    const key = text(tag, "Key");
    if (Object.hasOwn(tags, key)) throw invalid("Duplicated keys are not allowed.");
    tags[key] = text(tag, "Value");
  }
  return tags;
}

/** A page of a hundred items, as SNS pages its lists. */
export const pageOf = <T extends { readonly arn: string }>(all: readonly T[], input: Message) =>
  page(all, ({ arn }) => arn, { size: 100, token: optionalText(input, "NextToken"), as: "NextToken" });
