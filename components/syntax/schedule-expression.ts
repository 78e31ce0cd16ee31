// Schedule expressions: when a schedule, or a rule with a schedule, is due.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
import { compileCron } from "./cron";
import { instantOf, wallOf } from "./time-zone";

/** The first moment after `after` (milliseconds since the epoch) that is due; undefined when there is none any more. */
export type Next = (after: number) => number | undefined;

export type Expression =
  | { readonly kind: "rate"; readonly milliseconds: number }
  | { readonly kind: "cron"; next(after: number, timeZone: string): number | undefined }
  /** `wall`: in the schedule's time zone. */
  | { readonly kind: "at"; readonly wall: number };

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Throws an Error that says what is wrong with it. */
export function parseExpression(text: string): Expression {
  const [, kind, inner = ""] = /^(rate|cron|at)\((.*)\)$/s.exec(text) ?? [];
  if (kind === "rate") return { kind, milliseconds: rateOf(inner) };
  if (kind === "at") return { kind, wall: momentOf(inner) };
  if (kind === "cron") return { kind, next: inTimeZone(compileCron(inner)) };
  throw new Error("it is none of rate(…), cron(…) and at(…)");
}

function rateOf(text: string): number {
  const [, value, unit = ""] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(text) ?? [];
  if (value === undefined) {
    throw new Error("a rate is a positive integer and minutes, hours or days, as rate(5 minutes)");
  }
  return Number(value) * (units[unit] ?? 0);
}

function momentOf(text: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text)) {
    throw new Error("a moment is written yyyy-mm-ddThh:mm:ss, as at(2026-11-20T13:00:00)");
  }
  const wall = Date.parse(`${text}Z`);
  // Date takes the 30th of February for the 2nd of March.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(text)) {
    throw new Error("there is no such day or time");
  }
  return wall;
}

/** RFC 3339, as `2030-01-01T01:00:00Z`, in milliseconds since the epoch; undefined where it is no moment. */
export function parseMoment(text: string): number | undefined {
  const [, wall = ""] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const [moment, written] = [Date.parse(text), Date.parse(`${wall}Z`)];
  // Date takes the 30th of February for the 2nd of March.
  const isDay = !Number.isNaN(written) && new Date(written).toISOString().startsWith(wall);
  return isDay && !Number.isNaN(moment) ? moment : undefined;
}

/**
 * Times that the clocks skip in spring are left out; those that they show twice in autumn are due the first time only.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
function inTimeZone(cron: (wall: number) => number | undefined) {
  return (after: number, timeZone: string): number | undefined => {
    let wall: number | undefined = wallOf(after, timeZone);
    for (;;) {
      wall = cron(wall);
      if (wall === undefined) return undefined;
      const instant = instantOf(wall, timeZone);
      if (instant !== undefined && instant > after) return instant;
    }
  };
}

export interface Period {
  /** IANA name. */
  readonly timeZone: string;
  /** Milliseconds since the epoch; a rate counts from here, and is due then at first. */
  readonly createdAt: number;
  /** A rate is due first at it; a cron not before it. One-time schedules ignore it, and the end. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

export function nextOf(expression: Expression, { timeZone, createdAt, start, end }: Period): Next {
  const within = (due: number | undefined) => (due === undefined || (end !== undefined && due > end) ? undefined : due);
  switch (expression.kind) {
    case "at": {
      const due = instantOf(expression.wall, timeZone);
      return (after) => (due !== undefined && due > after ? due : undefined);
    }
    case "rate": {
      const { milliseconds } = expression;
      const first = start ?? createdAt;
      return (after) =>
        within(after < first ? first : first + (Math.floor((after - first) / milliseconds) + 1) * milliseconds);
    }
    case "cron":
      return (after) => within(expression.next(start !== undefined && start > after ? start - 1 : after, timeZone));
  }
}
