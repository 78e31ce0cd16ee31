// Runs a callback in a unit test, as a plain function.
import type { Callback, RecordContext } from "./callback";
import { prepare } from "./prepare";

export interface Invocation<Wire, B> {
  readonly bindings: { readonly [K in keyof B]: string };
  /** As a producer would send it: it goes through the callback's schema. */
  readonly event: Wire;
  /** What the callback is told about the record; by default a first attempt of five, with a minute left. */
  readonly context?: Partial<RecordContext>;
}

/**
 * Validates the event and runs the callback. Rejects with an `InvalidEvent`, or with what the callback throws; for a batch
 * callback, with the error that it returns for the record.
 */
export async function invoke<Wire, In, B extends object>(
  callback: Callback<Wire, In, B>,
  { bindings, event, context }: Invocation<Wire, B>,
): Promise<void> {
  const prepared = prepare(callback as never, bindings);
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const record: RecordContext = {
    id: "record-1",
    attempt: 1,
    maxAttempts: 5,
    correlationId: "correlation-1",
    deadline: Date.now() + 60_000,
    signal: new AbortController().signal,
    logger: silent,
    event,
    ...context,
  };
  if (prepared.kind === "record") {
    await prepared.run(event, record);
    return;
  }
  const [failure] = await prepared.run([{ id: record.id, event: await prepared.validate(event), context: record }]);
  if (failure !== undefined) throw failure.error;
}
