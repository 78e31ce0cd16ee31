// Reads the input of Scheduler's and EventBridge's actions, and pages their lists.
import type { Message } from "./ask";
import { inRange, missing, wrongType } from "./errors";
import { inputReader } from "./input";
import { page } from "./page";

export const { optionalText, text, optionalNumber } = inputReader({ missing, wrongType, emptyText: "absent" });

const most = 100;

/** `size`: the member that says how many items a page may have; all of these lists have at most 100. */
export const pageOf = <T>(all: Iterable<T>, keyOf: (item: T) => string, input: Message, size: string) =>
  page(all, keyOf, {
    size: inRange(size, optionalNumber(input, size) ?? most, 1, most),
    token: optionalText(input, "NextToken"),
    as: "NextToken",
  });
