// The errors that a record can be given up with, and how any error is named in logs and dead letters.

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

export function isPermanent(error: unknown): boolean {
  return typeof error === "object" && error !== null && "permanent" in error && error.permanent === true;
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
