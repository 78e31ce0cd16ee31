// The rules that all batch actions share, and their answer: which entries succeeded and which failed.
import { type Message, ServiceError } from "../service/ask";
import { isMessage } from "../service/input";
import {
  emptyBatch,
  entryIdsNotDistinct,
  invalidEntryId,
  missingParameter,
  serialization,
  tooManyEntries,
} from "./errors";

export interface Entry {
  readonly id: string;
  readonly input: Message;
}

export function entriesOf(input: Message, action: string): readonly Entry[] {
  const entries = input.Entries;
  if (entries === undefined || entries === null) throw missingParameter("Entries");
  if (!Array.isArray(entries)) throw serialization("Entries", "a list");
  if (entries.length === 0) throw emptyBatch(`${action}RequestEntry`);
  if (entries.length > 10) throw tooManyEntries(entries.length);
  const ids = new Set<string>();
  return entries.map((entry: unknown) => {
    if (!isMessage(entry)) throw serialization("Entries", "a list of structures");
    const id = entry.Id;
    if (typeof id !== "string" || !/^[A-Za-z0-9_-]{1,80}$/.test(id)) throw invalidEntryId();
    if (ids.has(id)) throw entryIdsNotDistinct(id);
    ids.add(id);
    return { id, input: entry };
  });
}

/** Runs each entry. An entry that is refused does not keep the others from succeeding. */
export function each(entries: readonly Entry[], run: (entry: Entry) => Message): Message {
  const successful: Message[] = [];
  const failed: Message[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const code = error.code.replace(/^.*#/, "");
      failed.push({ Id: entry.id, SenderFault: true, Code: code, Message: error.message });
    }
  }
  return { Successful: successful, Failed: failed };
}
