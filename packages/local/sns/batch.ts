// The entries of PublishBatch: https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
import type { Message } from "../service/ask";
import { batchTooLong, emptyBatch, entryIdsNotDistinct, invalid, invalidEntryId, tooManyEntries } from "./errors";
import { structures } from "./input";
import { checkDraft, type Draft } from "./publication";
import type { Topic } from "./topic";

export interface Entry {
  readonly id: string;
  readonly draft: Draft;
}

/** An error in one entry refuses the whole batch, as on SNS. */
export function entriesOf(topic: Topic, input: Message): readonly Entry[] {
  const entries = structures(input, "PublishBatchRequestEntries");
  if (entries.length === 0) throw emptyBatch();
  if (entries.length > 10) throw tooManyEntries();
  const ids = new Set<string>();
  const checked = entries.map((entry) => {
    const id = entry.Id;
    if (typeof id !== "string" || !/^[A-Za-z0-9_-]{1,80}$/.test(id)) throw invalidEntryId();
    if (ids.has(id)) throw entryIdsNotDistinct();
    ids.add(id);
    return { id, draft: checkDraft(topic, entry) };
  });
  const size = checked.reduce((sum, { draft }) => sum + draft.size, 0);
  if (size > topic.maximumMessageSize) throw batchTooLong();
  return checked;
}

/** The one message of Publish. */
export function singleOf(topic: Topic, input: Message): Draft {
  const draft = checkDraft(topic, input);
  if (draft.size > topic.maximumMessageSize) throw invalid("Message too long");
  return draft;
}
