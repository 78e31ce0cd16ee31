// A callback made ready for an environment: its settings read, its factory called, and each record's way into it.
import type { AnyCallback, BatchFailure, Handle, HandleBatch, RecordContext } from "../callback/callback";
import { type Settings, type SourceSettings, settingsVariable } from "../settings";
import { validate } from "./decode";

/** Throws an Error when the function was deployed without its settings, or with those of another kind of source. */
export function readSettings<K extends SourceSettings["kind"]>(
  kind: K,
): Pick<Settings, "bindings"> & { readonly source: Extract<SourceSettings, { kind: K }> } {
  const text = process.env[settingsVariable];
  if (text === undefined) {
    throw new Error(
      `The environment variable ${settingsVariable} is missing; deploy the function with its component, which sets it.`,
    );
  }
  let settings: Settings;
  try {
    settings = JSON.parse(text) as Settings;
  } catch (error) {
    throw new Error(`The environment variable ${settingsVariable} is not JSON: ${(error as Error).message}`);
  }
  const { bindings, source } = settings;
  if (source.kind !== kind)
    throw new Error(`${settingsVariable} is for a ${source.kind}; this function serves a ${kind}.`);
  return { bindings, source: source as Extract<SourceSettings, { kind: K }> };
}

/** What a callback is run with; the two kinds of callback differ in how many records one call takes. */
export type Prepared =
  | { readonly kind: "record"; run(event: unknown, context: RecordContext): unknown }
  | {
      readonly kind: "batch";
      validate(event: unknown): unknown;
      run(records: readonly { id: string; event: unknown; context: RecordContext }[]): Promise<readonly BatchFailure[]>;
    };

/**
 * Calls the factory, once per environment. Throws a TypeError for a window callback, which only a stream's window can
 * run.
 */
export function prepare(callback: AnyCallback, bindings: Settings["bindings"]): Prepared {
  if (callback.kind === "window") {
    throw new TypeError("A window callback is for a StreamConsumer or a TableConsumer with tumblingWindow.");
  }
  const made = callback.factory(bindings as never);
  if (callback.kind === "record") {
    const handle = made as Handle<unknown>;
    return {
      kind: "record",
      run: (event, context) => {
        const valid = validate(callback.schema, event);
        return valid instanceof Promise ? valid.then((value) => handle(value, context)) : handle(valid, context);
      },
    };
  }
  const handle = made as HandleBatch<unknown>;
  return {
    kind: "batch",
    validate: (event) => validate(callback.schema, event),
    run: async (records) => {
      const failures = (await handle(records)) ?? [];
      const ids = new Set(records.map(({ id }) => id));
      const unknown = failures.find(({ id }) => !ids.has(id));
      if (unknown !== undefined) {
        throw new Error(`The batch callback returned a failure for "${unknown.id}", which is no record of the batch.`);
      }
      return failures;
    },
  };
}
