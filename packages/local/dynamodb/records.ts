// What the run stores about each table itself, because the server has no place for it.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

export interface TableRecord {
  /** As the user asked for it. The server always stores both images. */
  readonly streamViewType?: string;
  /** The label of the stream that users see, and the server's own label. */
  readonly streamLabel?: string | undefined;
  readonly serverLabel?: string | undefined;
  readonly pointInTimeRecovery?:
    | {
        readonly enabled: boolean;
        readonly days: number;
        /** Seconds since the epoch. */
        readonly since: number;
      }
    | undefined;
}

export class TableRecords {
  readonly #records: Map<string, TableRecord>;

  /** Stored in the file, if one is given. */
  constructor(readonly path: string | undefined) {
    const stored = path !== undefined && existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
    this.#records = new Map(Object.entries(stored));
  }

  get(table: string): TableRecord {
    return this.#records.get(table) ?? {};
  }

  change(table: string, changes: TableRecord): void {
    this.#records.set(table, { ...this.get(table), ...changes });
    this.#save();
  }

  delete(table: string): void {
    if (this.#records.delete(table)) this.#save();
  }

  /** Written as a whole or not at all, so that a reader after a crash finds the old or the new content. */
  #save(): void {
    if (this.path === undefined) return;
    writeFileSync(`${this.path}.new`, JSON.stringify(Object.fromEntries(this.#records)));
    renameSync(`${this.path}.new`, this.path);
  }
}
