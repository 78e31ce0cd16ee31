// Keeps topics and subscriptions of a run with a data directory, and what FIFO topics must remember: numbers and ids.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Attributes } from "./topic-attributes";

export interface StoredTopic {
  readonly arn: string;
  readonly attributes: Attributes;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StoredSubscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Attributes;
}

export interface Deduplication {
  readonly key: string;
  readonly messageId: string;
  readonly sequenceNumber: string;
  /** Milliseconds since the epoch; until then the same is not delivered again. */
  readonly until: number;
}

export interface LoadedTopic {
  readonly topic: StoredTopic;
  readonly sequence: number;
  /** The oldest first. */
  readonly deduplications: readonly Deduplication[];
  readonly subscriptions: readonly StoredSubscription[];
}

/** A run without a data directory has none. Deliveries under way are not kept. */
export interface Storage {
  load(): readonly LoadedTopic[];
  saveTopic(topic: StoredTopic): void;
  deleteTopic(arn: string): void;
  saveSubscription(subscription: StoredSubscription): void;
  deleteSubscription(arn: string): void;
  remember(topicArn: string, sequence: number, deduplication: Deduplication): void;
  forget(topicArn: string, key: string): void;
  close(): void;
}

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS topics (arn TEXT PRIMARY KEY, data TEXT NOT NULL, sequence INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE IF NOT EXISTS subscriptions (
    arn TEXT PRIMARY KEY, topic TEXT NOT NULL REFERENCES topics(arn) ON DELETE CASCADE, data TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS deduplications (
    topic TEXT NOT NULL REFERENCES topics(arn) ON DELETE CASCADE, key TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (topic, key)
  ) STRICT;
`;

export function openStorage(directory: string): Storage {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, "sns.db"), { timeout: 5000 });
  database.exec(schema);
  const prepare = (sql: string) => database.prepare(sql);
  const statements = {
    topics: prepare("SELECT data, sequence FROM topics ORDER BY arn"),
    subscriptions: prepare("SELECT data FROM subscriptions WHERE topic = ? ORDER BY rowid"),
    deduplications: prepare("SELECT data FROM deduplications WHERE topic = ? ORDER BY rowid"),
    saveTopic: prepare(
      "INSERT INTO topics (arn, data) VALUES (?, ?) ON CONFLICT (arn) DO UPDATE SET data = excluded.data",
    ),
    deleteTopic: prepare("DELETE FROM topics WHERE arn = ?"),
    saveSubscription: prepare(
      "INSERT INTO subscriptions (arn, topic, data) VALUES (?, ?, ?) ON CONFLICT (arn) DO UPDATE SET data = excluded.data",
    ),
    deleteSubscription: prepare("DELETE FROM subscriptions WHERE arn = ?"),
    saveSequence: prepare("UPDATE topics SET sequence = ? WHERE arn = ?"),
    remember: prepare("INSERT OR REPLACE INTO deduplications (topic, key, data) VALUES (?, ?, ?)"),
    forget: prepare("DELETE FROM deduplications WHERE topic = ? AND key = ?"),
  };
  const dataOf = <T>(row: Readonly<Record<string, unknown>>): T => JSON.parse(String(row.data));

  return {
    load: () =>
      statements.topics.all().map((row) => {
        const topic = dataOf<StoredTopic>(row);
        return {
          topic,
          sequence: Number(row.sequence),
          deduplications: statements.deduplications.all(topic.arn).map(dataOf<Deduplication>),
          subscriptions: statements.subscriptions.all(topic.arn).map(dataOf<StoredSubscription>),
        };
      }),
    saveTopic: ({ arn, attributes, tags }) =>
      void statements.saveTopic.run(arn, JSON.stringify({ arn, attributes, tags })),
    deleteTopic: (arn) => void statements.deleteTopic.run(arn),
    saveSubscription: ({ arn, topicArn, protocol, endpoint, attributes }) =>
      void statements.saveSubscription.run(
        arn,
        topicArn,
        JSON.stringify({ arn, topicArn, protocol, endpoint, attributes }),
      ),
    deleteSubscription: (arn) => void statements.deleteSubscription.run(arn),
    remember: (topicArn, sequence, deduplication) => {
      statements.saveSequence.run(sequence, topicArn);
      statements.remember.run(topicArn, deduplication.key, JSON.stringify(deduplication));
    },
    forget: (topicArn, key) => void statements.forget.run(topicArn, key),
    close: () => database.close(),
  };
}
