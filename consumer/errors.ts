// The errors that a record can be given up with, and how any error is named in logs and dead letters.
import { isRefusal } from "./refusals";

/**
 * Throw it for a record that no retry can mend: it is dead-lettered at once. Subclass it to give the reason a name:
 * `class PaymentDeclined extends PermanentError {}`.
 */
export class PermanentError extends Error {
  /** Tells it apart even where a serialised callback carries a copy of this class. */
  readonly permanent = true;

  constructor(message?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = this.constructor.name;
  }
}

/** The record is not what the callback's schema says. */
export class InvalidEvent extends PermanentError {}

/** The callback still ran when the function's timeout came near. */
export class CallbackTimeout extends Error {
  constructor(milliseconds: number) {
    super(`The callback still ran after ${milliseconds} ms, when the function's timeout came near.`);
    this.name = "CallbackTimeout";
  }
}

/**
 * The record cannot be decoded. No retry changes what it carries, whatever was thrown: numbers that do not fit, a stack that is too
 * small for its nesting, a schema that throws.
 */
export function notDecoded(error: unknown): unknown {
  if (isPermanent(error)) return error;
  const { errorType, errorMessage } = nameError(error);
  return new InvalidEvent(`The record cannot be decoded: ${errorType}: ${errorMessage}`, { cause: error });
}

/** An error's own property `permanent` decides, if it has one. Whatever was thrown, this does not throw. */
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

/** A class that does not set `name` is still told by its own name. Anything may be thrown, not only errors; this never throws. */
export function nameError(error: unknown): NamedError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: textOf(error) };
  const { name, message } = error as { readonly name: unknown; readonly message: unknown };
  const errorType = typeof name !== "string" || name === "Error" ? error.constructor.name : name;
  return { errorType, errorMessage: textOf(message) };
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return (typeof value === "object" ? JSON.stringify(value) : undefined) ?? String(value);
  } catch {
    return "(no text)";
  }
}
