// The errors that a record can be given up with, and how any error is named in logs and dead letters.
import { isRefusal } from "../batch/refusals";
import { ownFrames } from "./frames";

/**
 * Throw it for a record that no retry can fix: it is dead-lettered at once. Subclass it to give the reason a name:
 * `class PaymentDeclined extends PermanentError {}`.
 */
export class PermanentError extends Error {
  /** Tells it apart even where a serialised callback carries a copy of this class. */
  readonly permanent = true;

  /**
   * @param message - Why no retry can fix the record. The dead letter has it as `errorMessage`. Default: empty.
   * @param options - The error that caused this one, as `cause`. Default: none.
   */
  constructor(message?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = this.constructor.name;
  }
}

/** The record is not what the callback's schema says. */
export class InvalidEvent extends PermanentError {}

/** The callback still ran shortly before the function's timeout. */
export class CallbackTimeout extends Error {
  /**
   * @param milliseconds - Milliseconds for which the callback has run.
   */
  constructor(milliseconds: number) {
    super(`The callback still ran after ${milliseconds} ms, shortly before the function's timeout.`);
    this.name = "CallbackTimeout";
  }
}

/**
 * Nothing is wrong with the record; it is not its turn yet. It is hidden until then, which is no failure and no reason
 * for a dead letter.
 */
export class NotYet extends Error {
  /** `until`: milliseconds since the epoch. */
  constructor(
    message: string,
    readonly until: number,
  ) {
    super(message);
  }
}

/** When a record comes back that has failed with NotYet; undefined for any other failure. */
export function comesBackAt(error: unknown): number | undefined {
  return isA(error, NotYet) ? error.until : undefined;
}

/**
 * The record cannot be decoded. No retry changes what it carries, whatever was thrown: numbers that do not fit, a stack
 * that is too small for its nesting, a schema that throws.
 */
export function notDecoded(error: unknown): unknown {
  if (isPermanent(error)) return error;
  const { errorType, errorMessage } = nameError(error);
  return new InvalidEvent(`The record cannot be decoded: ${errorType}: ${errorMessage}`, { cause: error });
}

/**
 * An error's own property `permanent` decides, if it has one. Whatever was thrown, this does not throw.
 * @param error - Anything that was thrown.
 */
export function isPermanent(error: unknown): boolean {
  try {
    if (typeof error !== "object" || error === null) return false;
    return "permanent" in error ? error.permanent === true : isRefusal(error);
  } catch {
    // A getter, or a Proxy, that throws.
    return false;
  }
}

export interface NamedError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** Causes and members of an error that are told, so that a chain without an end has one. */
const mostReasons = 10;
const longestHeading = 200;
const mostCauses = 5;
/** Frames of each error in a dead letter, and characters of them all. */
const mostFrames = 8;
const longestFrames = 1500;

/**
 * A class that does not set `name` is still told by its own name. The message goes on with what it was caused by and
 * with the members of an AggregateError, whose own message is empty more often than not:
 * `fetch failed: connect ECONNREFUSED 127.0.0.1:80`. Anything may be thrown, not only errors; this never throws.
 */
export function nameError(error: unknown): NamedError {
  return { errorType: typeOf(error), errorMessage: messageOf(error, new Set()) };
}

/** What an error was caused by and the members of an AggregateError, each by itself. Never throws either. */
export function causesOf(error: unknown): readonly NamedError[] {
  const causes = withReasons(error).slice(1, 1 + mostCauses);
  return causes.map((each) => ({ errorType: typeOf(each), errorMessage: ownMessageOf(each) }));
}

/**
 * The stack of an error and of what it was caused by; undefined for what has none, and for errors of the consumer
 * itself, whose stack says nothing of the callback.
 */
export function stackOf(error: unknown): string | undefined {
  const parts = tracesOf(error).map(([, heading, frames]) => [heading, ...frames].join("\n"));
  return parts.length === 0 ? undefined : parts.join("\ncaused by ");
}

/** The frames of the callback's own code in `stackOf`: whole lines, and no heading for the error itself. */
export function firstFramesOf(error: unknown): string | undefined {
  const lines = tracesOf(error).flatMap(([each, heading, frames]) => [
    ...(each === error ? [] : [`caused by ${heading}`]),
    ...ownFrames(frames).slice(0, mostFrames),
  ]);
  let text = "";
  for (const line of lines) {
    if (text.length + line.length >= longestFrames) break;
    text += `\n${line}`;
  }
  return text.slice(1) || undefined;
}

/** An error, the first line of its stack, and the frames. */
type Trace = readonly [unknown, string, readonly string[]];

function tracesOf(error: unknown): Trace[] {
  if (!isA(error, Error) || isA(error, CallbackTimeout)) return [];
  if (isA(error, InvalidEvent) && memberOf(error, "cause") === undefined) return [];
  const told = new Set<string>();
  return withReasons(error).flatMap((each): Trace[] => {
    const stack = textIn(each, "stack");
    const start = stack.indexOf("\n    at ");
    if (start < 0) return [];
    // What a cause shares with the error around it is not told again.
    const frames = stack
      .slice(start + 1)
      .split("\n")
      .filter((frame) => told.size !== told.add(frame).size);
    return [[each, `${typeOf(each)}: ${ownMessageOf(each).slice(0, longestHeading)}`, frames]];
  });
}

function messageOf(error: unknown, seen: Set<unknown>): string {
  if (!isA(error, Error)) return textOf(error);
  seen.add(error);
  const own = ownMessageOf(error);
  const others = reasonsOf(error).flatMap((reason) => {
    if (seen.has(reason) || seen.size >= mostReasons) return [];
    const text = messageOf(reason, seen);
    const type = typeOf(reason);
    const told = isA(reason, Error) && type !== "Error" && type !== "AggregateError" ? `${type}: ${text}` : text;
    // Those who wrap an error often repeat it.
    return text === "" || own.includes(text) ? [] : [told];
  });
  return [own, others.join("; ")].filter((part) => part !== "").join(": ");
}

/** An error and what it was caused by, in the order in which `nameError` tells them. */
function withReasons(error: unknown): readonly unknown[] {
  const all = new Set([error]);
  const follow = (each: unknown) => {
    for (const reason of reasonsOf(each)) {
      if (all.size < mostReasons && all.size !== all.add(reason).size) follow(reason);
    }
  };
  follow(error);
  return [...all];
}

/**
 * The SDK puts `UnknownError` in place of a missing message. DynamoDB has none where it cannot read a request, for
 * example one with a lone surrogate in a text.
 */
function ownMessageOf(error: unknown): string {
  if (!isA(error, Error)) return textOf(error);
  const own = textIn(error, "message");
  const answer = memberOf(error, "$metadata");
  if (own !== "UnknownError" || answer === undefined) return own;
  const why = typeOf(error).startsWith("Serial") ? " It cannot read the request: is there a lone surrogate?" : "";
  return `AWS gave no reason with status ${textIn(answer, "httpStatusCode")}, request ${textIn(answer, "requestId")}.${why}`;
}

/** The members of an AggregateError, and the cause. */
function reasonsOf(error: unknown): readonly unknown[] {
  if (!isA(error, Error)) return [];
  const cause = memberOf(error, "cause");
  return [...membersOf(error), ...(cause === undefined ? [] : [cause])];
}

/** None where they cannot be listed, as those of a Proxy that throws. */
function membersOf(error: unknown): readonly unknown[] {
  try {
    const errors = memberOf(error, "errors");
    return Array.isArray(errors) ? [...errors] : [];
  } catch {
    return [];
  }
}

function typeOf(error: unknown): string {
  if (!isA(error, Error)) return typeof error;
  const name = memberOf(error, "name");
  if (typeof name === "string" && name !== "Error") return name;
  const own = memberOf(memberOf(error, "constructor"), "name");
  return typeof own === "string" ? own : "Error";
}

/** A Proxy may throw at any question, also where it has answered the same one before. */
function isA<E extends Error>(value: unknown, kind: abstract new (...given: never) => E): value is E {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
}

/** Undefined where there is none, or where a getter throws. */
function memberOf(value: unknown, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

function textIn(error: unknown, name: string): string {
  const value = memberOf(error, name);
  return value === undefined ? "" : textOf(value);
}

function textOf(value: unknown): string {
  try {
    if (typeof value === "string") return value;
    return (typeof value === "object" ? JSON.stringify(value) : undefined) ?? String(value);
  } catch {
    return "(no text)";
  }
}
