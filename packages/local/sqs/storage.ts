// Keeps the queues of a run with a data directory. Every change is written at once, so that nothing is lost when the
// process is
// killed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StoredMessage } from "./message";

export interface StoredQueue {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export interface Deduplication {
  readonly key: string;
  readonly messageId: string;
  readonly sequenceNumber: string;
  /** Milliseconds since the epoch: sent within five minutes before this, the same is not sent again. */
  readonly until: number;
}

export interface Loaded {
  readonly queue: StoredQueue;
  readonly sequence: number;
  /** In the order in which they came. */
  readonly messages: readonly StoredMessage[];
  readonly deduplications: readonly Deduplication[];
}

/** A run without a data directory has none. */
export interface Storage {
  load(): readonly Loaded[];
  saveQueue(queue: StoredQueue): void;
  deleteQueue(name: string): void;
  putMessage(queue: string, message: StoredMessage): void;
  /** What changes in a message: its visibility and how often it was received. */
  touchMessage(message: StoredMessage): void;
  removeMessage(id: string): void;
  clear(queue: string): void;
  saveSequence(queue: string, sequence: number): void;
  putDeduplication(queue: string, deduplication: Deduplication): void;
  removeDeduplication(queue: string, key: string): void;
  close(): void;
}

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS queues (name TEXT PRIMARY KEY, data TEXT NOT NULL, sequence INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    queue TEXT NOT NULL REFERENCES queues(name) ON DELETE CASCADE, data TEXT NOT NULL,
    visible_at REAL NOT NULL, receive_count INTEGER NOT NULL, first_received_at REAL, received_at REAL, receipt_handle TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_by_queue ON messages(queue);
  CREATE TABLE IF NOT EXISTS deduplications (
    queue TEXT NOT NULL REFERENCES queues(name) ON DELETE CASCADE, key TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (queue, key)
  ) STRICT;
`;

export function openStorage(directory: string): Storage {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, "sqs.db"), { timeout: 5000 });
  database.exec(schema);
  const prepare = (sql: string) => database.prepare(sql);
  const statements = {
    queues: prepare("SELECT data, sequence FROM queues ORDER BY name"),
    messages: prepare("SELECT * FROM messages WHERE queue = ? ORDER BY position"),
    deduplications: prepare("SELECT data FROM deduplications WHERE queue = ? ORDER BY rowid"),
    saveQueue: prepare(
      "INSERT INTO queues (name, data) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data",
    ),
    deleteQueue: prepare("DELETE FROM queues WHERE name = ?"),
    putMessage: prepare(
      `INSERT OR REPLACE INTO messages
       (id, queue, data, visible_at, receive_count, first_received_at, received_at, receipt_handle) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    touchMessage: prepare(
      "UPDATE messages SET visible_at = ?, receive_count = ?, first_received_at = ?, received_at = ?, receipt_handle = ? WHERE id = ?",
    ),
    removeMessage: prepare("DELETE FROM messages WHERE id = ?"),
    clear: prepare("DELETE FROM messages WHERE queue = ?"),
    saveSequence: prepare("UPDATE queues SET sequence = ? WHERE name = ?"),
    putDeduplication: prepare("INSERT OR REPLACE INTO deduplications (queue, key, data) VALUES (?, ?, ?)"),
    removeDeduplication: prepare("DELETE FROM deduplications WHERE queue = ? AND key = ?"),
  };

  return {
    load: () =>
      statements.queues.all().map((row) => {
        const queue: StoredQueue = JSON.parse(String(row.data));
        return {
          queue,
          sequence: Number(row.sequence),
          messages: statements.messages.all(queue.name).map(messageOf),
          deduplications: statements.deduplications.all(queue.name).map((each) => JSON.parse(String(each.data))),
        };
      }),
    saveQueue: (queue) => void statements.saveQueue.run(queue.name, JSON.stringify(queue)),
    deleteQueue: (name) => void statements.deleteQueue.run(name),
    putMessage: (queue, message) => {
      const { id, state, visibleAt, receiveCount, firstReceivedAt, receivedAt, receiptHandle, ...fixed } = message;
      statements.putMessage.run(
        id,
        queue,
        JSON.stringify(fixed),
        visibleAt,
        receiveCount,
        firstReceivedAt ?? null,
        receivedAt ?? null,
        receiptHandle ?? null,
      );
    },
    touchMessage: ({ id, visibleAt, receiveCount, firstReceivedAt, receivedAt, receiptHandle }) =>
      void statements.touchMessage.run(
        visibleAt,
        receiveCount,
        firstReceivedAt ?? null,
        receivedAt ?? null,
        receiptHandle ?? null,
        id,
      ),
    removeMessage: (id) => void statements.removeMessage.run(id),
    clear: (queue) => void statements.clear.run(queue),
    saveSequence: (queue, sequence) => void statements.saveSequence.run(sequence, queue),
    putDeduplication: (queue, deduplication) =>
      void statements.putDeduplication.run(queue, deduplication.key, JSON.stringify(deduplication)),
    removeDeduplication: (queue, key) => void statements.removeDeduplication.run(queue, key),
    close: () => database.close(),
  };
}

type Row = Readonly<Record<string, unknown>>;

function messageOf(row: Row): StoredMessage {
  const optional = (value: unknown) => (typeof value === "number" ? value : undefined);
  return {
    ...JSON.parse(String(row.data)),
    id: String(row.id),
    // The queue decides the state again from the times.
    state: "gone",
    visibleAt: Number(row.visible_at),
    receiveCount: Number(row.receive_count),
    firstReceivedAt: optional(row.first_received_at),
    receivedAt: optional(row.received_at),
    receiptHandle: typeof row.receipt_handle === "string" ? row.receipt_handle : undefined,
  };
}
