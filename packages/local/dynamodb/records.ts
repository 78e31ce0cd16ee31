// What the run itself keeps of each table, because the server behind has no place for it.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

export interface TableRecord {
  /** As the user asked for it; the server always keeps both images. */
  readonly streamViewType?: string;
  /** The stream's label that users see, and the server's own. */
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

  /** Kept in the file, where one is given. */
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

  /** Whole or not at all: a reader after a crash finds the old or the new. */
  #save(): void {
    if (this.path === undefined) return;
    writeFileSync(`${this.path}.new`, JSON.stringify(Object.fromEntries(this.#records)));
    renameSync(`${this.path}.new`, this.path);
  }
}
