// Dead letters in groups: how many there are of each, since when, until when, and how often they came back.

import { typeOf } from "./event";
import type { DeadLetter } from "./letter";

export const groupings = ["reason", "type", "consumer", "bundle", "tenant"] as const;
export type Grouping = (typeof groupings)[number];

export interface Group {
  /** What its letters have in common, as `--reason`, `--type` and the others take it. Undefined: they have none. */
  readonly key: string | undefined;
  /** That of the newest one first. */
  readonly consumers: readonly string[];
  readonly count: number;
  /** When the first and the last of them failed, or were sent where nothing says when they failed. ISO 8601. */
  readonly oldest: string;
  readonly newest: string;
  /** When SQS deletes the first of them. ISO 8601. */
  readonly expires: string;
  /** How many of them had been dead letters before. */
  readonly cameBack: number;
  /** If grouped by reason: whether they name no consumer of the stack, but are in the queue of `consumers`. */
  readonly unclaimed?: true;
  /** If grouped by reason: whether they name no source and no function at all, so that only their ids choose them. */
  readonly unnamed?: true;
  /** Those of the newest one. */
  readonly errorType: string;
  readonly errorMessage: string;
  /** The first frame of its stack. */
  readonly frame?: string;
  /** The id of the newest one. */
  readonly example: string;
}

/** The stack of a letter, in places of the sources where they are known. */
type Decoded = (letter: DeadLetter) => string | undefined;
const stackIn: Decoded = ({ reason }) => reason?.stack;

/** The largest first. Letters of different consumers are in one group, but not if they are grouped by reason. */
export function groupsOf(letters: Iterable<DeadLetter>, by: Grouping, decoded: Decoded = stackIn): readonly Group[] {
  const groups = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const { consumer, unclaimed } = letter;
    const ofReason = [consumer.name, unclaimed !== undefined, unclaimed?.length === 0, sameness(letter)];
    const key = JSON.stringify(by === "reason" ? ofReason : [keyOf(letter, by)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [letter]);
    else group.push(letter);
  }
  return [...groups.values()]
    .map((group) => groupOf(group, by, decoded))
    .sort((one, other) => other.count - one.count || other.newest.localeCompare(one.newest));
}

/** When it failed, or was sent where nothing says when it failed. */
export const timeOf = ({ failedAt, sentAt }: DeadLetter): Date => failedAt ?? sentAt;

/** What a letter has of the grouping. */
export function keyOf(letter: DeadLetter, by: Grouping): string | undefined {
  switch (by) {
    case "reason":
      return letter.errorType;
    case "type":
      return typeOf(letter);
    case "consumer":
      return letter.consumer.name;
    case "bundle":
      return letter.reason?.bundle;
    case "tenant":
      return letter.reason?.tenant ?? tenantOf(letter);
  }
}

/** On a standard queue, the group of a message is the tenant of a fair queue. */
function tenantOf({ message, group }: DeadLetter): string | undefined {
  return group === undefined ? message.Attributes?.MessageGroupId : undefined;
}

/** Letters with the same error from the same place, or with the same message but for what identifies the event. */
function sameness(letter: DeadLetter): string {
  return `${letter.errorType} ${firstFrame(stackIn(letter)) ?? withoutIds(letter.errorMessage)}`;
}

/** The place that threw, as `placeOrder (functions/place-order.ts:31:11)`. */
export function firstFrame(stack: string | undefined): string | undefined {
  const line = stack?.split("\n").find((each) => /^\s*at /.test(each));
  return line?.trim().replace(/^at /, "");
}

/** Quoted values, words with a digit and numbers differ from event to event. */
export function withoutIds(text: string): string {
  return text.replace(/"[^"]*"|'[^']*'|\S*\d\S*/g, "…");
}

function groupOf(letters: readonly DeadLetter[], by: Grouping, decoded: Decoded): Group {
  const times = letters.map((letter) => timeOf(letter).getTime());
  // There may be more of them than a call can have arguments.
  const [newest, oldest] = [times.reduce((a, b) => Math.max(a, b)), times.reduce((a, b) => Math.min(a, b))];
  const expires = letters.reduce((soonest, { expiresAt }) => Math.min(soonest, expiresAt.getTime()), Infinity);
  const last = letters[times.indexOf(newest)] as DeadLetter;
  const frame = firstFrame(decoded(last));
  return {
    key: keyOf(last, by),
    consumers: [...new Set([last, ...letters].map(({ consumer }) => consumer.name))],
    count: letters.length,
    oldest: iso(oldest),
    newest: iso(newest),
    expires: iso(expires),
    cameBack: letters.filter(({ redrives }) => redrives > 0).length,
    ...(by === "reason" && last.unclaimed && { unclaimed: true }),
    ...(by === "reason" && last.unclaimed?.length === 0 && { unnamed: true }),
    errorType: last.errorType,
    errorMessage: last.errorMessage,
    ...(frame !== undefined && { frame }),
    example: last.id,
  };
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
