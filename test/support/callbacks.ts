// Callbacks for the tests of components.

import {
  type BusTarget,
  callback,
  type PublishTarget,
  type ReadableTable,
  type Secret,
  type SendTarget,
  type StreamTarget,
  tableChange,
  type Window,
  type WritableTable,
  windowCallback,
} from "spillway/callback";
import * as v from "valibot";

export const Note = v.object({ id: v.string() });
export const note = callback(Note, () => async () => {});
export const store = callback(
  Note,
  ({ table }: { table: WritableTable }) =>
    async () =>
      void table,
);
export const putOnly = callback(
  Note,
  ({ table }: { table: WritableTable<"PutItem"> }) =>
    async () =>
      void table,
);
export const reading = callback(
  Note,
  ({ table, next }: { table: ReadableTable; next: SendTarget<{ id: string }> }) =>
    () =>
      void [table, next],
);
export const writing = callback(
  Note,
  ({ table, parameter }: { table: WritableTable; parameter: string }) =>
    () =>
      void [table, parameter],
);
export const asking = callback(
  Note,
  ({ key, parameter }: { key: Secret; parameter: Secret }) =>
    () =>
      void [key, parameter],
);
export const naming = callback(
  Note,
  ({ name }: { name: string }) =>
    () =>
      void name,
);
export const changed = callback(tableChange(Note), () => () => {});
export const putting = callback(
  Note,
  ({ jobs }: { jobs: StreamTarget<{ id: string }> }) =>
    () =>
      void jobs,
);

export const Placed = v.object({ type: v.literal("placed"), id: v.string() });
export const Cancelled = v.object({ type: v.literal("cancelled"), id: v.string(), why: v.string() });
export type NoteEvent = v.InferInput<typeof Placed> | v.InferInput<typeof Cancelled>;
export const onPlaced = callback(Placed, () => () => {});
export const onAny = callback(v.variant("type", [Placed, Cancelled]), () => () => {});
export const publishing = callback(
  Note,
  ({ events }: { events: PublishTarget<NoteEvent> }) =>
    () =>
      void events,
);
export const puttingOnBus = callback(
  Note,
  ({ bus }: { bus: BusTarget<NoteEvent> }) =>
    () =>
      void bus,
);
export const counting = windowCallback(
  Note,
  ({ table }: { table: WritableTable }) =>
    (records, { state }: Window<{ count: number }>) => {
      void table;
      return { count: (state?.count ?? 0) + records.length };
    },
);
export const countingChanges = windowCallback(
  tableChange(Note),
  () =>
    (records, { state }: Window<{ count: number }>) => ({ count: (state?.count ?? 0) + records.length }),
);

export const numbered = callback(
  v.object({ shop: v.nullable(v.number()), order: v.object({ id: v.nullable(v.number()) }) }),
  () => () => {},
);
