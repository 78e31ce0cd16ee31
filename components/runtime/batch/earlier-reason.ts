// What an event that comes back says of itself: the reason with which it was a dead letter before.
import type { MessageAttribute } from "../aws/sqs-client";

/** Name of the message attribute that says why. Its value is the JSON of a `DeadLetterReason`. */
export const reasonAttribute = "DeadLetterReason";

export interface EarlierReason {
  /** How often the event has been a dead letter, at least 1. */
  readonly redrives: number;
  readonly previous: {
    readonly errorType: string;
    /** ISO 8601. */
    readonly failedAt: string;
    /** The bundle that gave it up. */
    readonly bundle?: string | undefined;
    /** The id that the record had then. */
    readonly messageId?: string | undefined;
    /** Id of the dead letter that somebody edited before it came back. */
    readonly editedFrom?: string | undefined;
  };
  readonly correlationId: string | undefined;
  /** What it says of the record's own attributes: see `attributesIn`. */
  readonly attributes: unknown;
}

const membersOfPrevious = ["errorType", "failedAt", "bundle", "messageId", "editedFrom"];
/** Anybody may send an attribute of this name. */
const longestMember = 100;
const longestCorrelationId = 256;

/** Undefined where there is none, and for what is no reason of a consumer. */
export function earlierReason(text: string | undefined): EarlierReason | undefined {
  if (text === undefined) return undefined;
  try {
    const given = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const { redrives, attributes } = given;
    const [errorType, failedAt, bundle, messageId, editedFrom] = membersOfPrevious.map((name) =>
      textIn(given[name], longestMember),
    );
    if (errorType === undefined || failedAt === undefined) return undefined;
    return {
      // A reason from before they were counted has none.
      redrives: Number.isSafeInteger(redrives) && (redrives as number) > 0 ? (redrives as number) + 1 : 1,
      previous: { errorType, failedAt, bundle, messageId, editedFrom },
      correlationId: textIn(given.correlationId, longestCorrelationId),
      attributes,
    };
  } catch {
    return undefined;
  }
}

/** An empty text is none. */
function textIn(value: unknown, longest: number): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, longest) : undefined;
}

/** The record's own attributes, where the reason had taken them in. */
export function attributesIn({ attributes }: Partial<EarlierReason> = {}): Record<string, MessageAttribute> {
  return Object.fromEntries(Object.entries(attributes ?? {}).filter(isAttribute));
}

function isAttribute(entry: [string, unknown]): entry is [string, MessageAttribute] {
  const { DataType, StringValue, BinaryValue } = (entry[1] ?? {}) as Partial<Record<keyof MessageAttribute, unknown>>;
  return typeof DataType === "string" && (typeof StringValue === "string" || typeof BinaryValue === "string");
}
