// Where the mappings of streams continue in the next run, in a file beside the data that they read.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Checkpoints, MappingDefinition } from "./mapping";

export interface CheckpointStore {
  of(definition: MappingDefinition): Checkpoints;
  /** Writes what has not been written yet. */
  close(): void;
}

/** Milliseconds of real time between writes. After a crash, the work since the last write is repeated. */
const pause = 200;

type Shards = Record<string, string>;

export function createCheckpointStore(path: string): CheckpointStore {
  const mappings: Record<string, Shards> = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  let timer: NodeJS.Timeout | undefined;
  /** Written as a whole or not at all, so that a reader after a crash finds the old or the new content. */
  const save = () => {
    timer = undefined;
    writeFileSync(`${path}.new`, JSON.stringify(mappings));
    renameSync(`${path}.new`, path);
  };
  return {
    of({ uuid, eventSourceArn }) {
      const key = `${uuid} ${eventSourceArn}`;
      return {
        get: (shardId) => mappings[key]?.[shardId],
        set: (shardId, sequenceNumber) => {
          mappings[key] = { ...mappings[key], [shardId]: sequenceNumber };
          timer ??= setTimeout(save, pause);
        },
      };
    },
    close() {
      if (timer === undefined) return;
      clearTimeout(timer);
      save();
    },
  };
}
