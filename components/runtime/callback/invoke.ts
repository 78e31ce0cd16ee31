// Runs a callback in a unit test, as a plain function.

import { prepare } from "../batch/prepare";
import { prepareWindow } from "../stream/stream-window";
import type { AnyWindowCallback, Callback, RecordContext, Window, WindowCallback } from "./callback";

/** One record for a callback under test, and the values of its bindings. */
export interface Invocation<Wire, B> {
  /** A value for each binding that the factory asks for. */
  readonly bindings: { readonly [K in keyof B]: string };
  /** As a producer would send it: it goes through the callback's schema. */
  readonly event: Wire;
  /**
   * What the callback is told about the record.
   * @default a first attempt of five, with a minute left
   */
  readonly context?: Partial<RecordContext>;
}

/** The records of a window for a callback under test, and the values of its bindings. */
export interface WindowInvocation<Wire, B, State> {
  /** A value for each binding that the factory asks for. */
  readonly bindings: { readonly [K in keyof B]: string };
  /** As producers would send them: they go through the callback's schema. */
  readonly events: readonly Wire[];
  /**
   * What the callback is told about its window.
   * @default the beginning of a window that is not over
   */
  readonly window?: Partial<Window<State>>;
}

/**
 * Validates the event and runs the callback. Rejects with an `InvalidEvent`, or with what the callback throws; for a
 * batch callback, with the error that it returns for the record. Of a window callback it resolves with the next state.
 * @param callback - The callback under test.
 * @param invocation - The record, the values of the bindings, and what is to differ in the context.
 */
export function invoke<Wire, In, B extends object>(
  callback: Callback<Wire, In, B>,
  invocation: Invocation<Wire, B>,
): Promise<void>;
/**
 * Validates the records of a window and runs the callback once. Resolves with the next state. Rejects with an
 * `InvalidEvent`, or with what the callback throws.
 * @param callback - The callback under test.
 * @param invocation - The records, the values of the bindings, and what is to differ in the window.
 */
export function invoke<Wire, In, B extends object, State extends object>(
  callback: WindowCallback<Wire, In, B, State>,
  invocation: WindowInvocation<Wire, B, State>,
): Promise<State>;
export function invoke(
  callback: Callback<unknown, unknown, never> | AnyWindowCallback,
  invocation: Invocation<unknown, object> | WindowInvocation<unknown, object, object>,
): Promise<unknown> {
  if (callback.kind === "window") {
    return runWindow(callback, invocation as WindowInvocation<unknown, object, object>);
  }
  return runRecord(callback, invocation as Invocation<unknown, object>);
}

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const minute = 60_000;

function contextOf(event: unknown, id: string, context: Partial<RecordContext> = {}): RecordContext {
  return {
    id,
    attempt: 1,
    maxAttempts: 5,
    correlationId: "correlation-1",
    deadline: Date.now() + minute,
    signal: new AbortController().signal,
    logger,
    event,
    ...context,
  };
}

async function runRecord(
  callback: Callback<unknown, unknown, never>,
  { bindings, event, context }: Invocation<unknown, object>,
): Promise<void> {
  const prepared = prepare(callback as never, bindings as Readonly<Record<string, string>>);
  const record = contextOf(event, "record-1", context);
  if (prepared.kind === "record") {
    await prepared.run(event, record);
    return;
  }
  const [failure] = await prepared.run([{ id: record.id, event: await prepared.validate(event), context: record }]);
  if (failure !== undefined) throw failure.error;
}

async function runWindow(
  callback: AnyWindowCallback,
  { bindings, events, window }: WindowInvocation<unknown, object, object>,
): Promise<object> {
  const prepared = prepareWindow(callback, bindings as Readonly<Record<string, string>>);
  const records = [];
  for (const [index, event] of events.entries()) {
    const id = `record-${index + 1}`;
    // Streams give no count.
    const context = contextOf(event, id, { attempt: undefined, maxAttempts: undefined });
    records.push({ id, event: await prepared.validate(event), context });
  }
  return prepared.run(records, {
    state: undefined,
    start: "2026-01-01T00:00:00Z",
    end: "2026-01-01T00:01:00Z",
    isFinal: false,
    isTerminatedEarly: false,
    shardId: "shardId-000000000000",
    deadline: Date.now() + minute,
    signal: new AbortController().signal,
    logger,
    ...window,
  });
}
