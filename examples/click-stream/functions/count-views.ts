// Counts the views of each page in a window of a minute, and writes one row for each page when the window ends.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type Window, type WritableTable, windowCallback } from "spillway/callback";
import { Click } from "./contracts/click";
import type { PageViews } from "./contracts/page-views";

/** Views by page. Lambda hands it from batch to batch. */
interface Counts {
  readonly views: Readonly<Record<string, number>>;
}

/**
 * Lambda keeps 1 MB of state for a shard, and ends a window early that has more. Pages have at most 200 characters, so
 * that many of them always fit. The views of further pages are counted together.
 */
const mostPages = 4000;
const otherPages = "(other)";
const daysKept = 7;
const writesAtATime = 25;

export const countViews = windowCallback(Click, ({ views }: { views: WritableTable<"PutItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

  return async (records, { state, isFinal, start, shardId, signal, logger }: Window<Counts>) => {
    const counts = new Map(Object.entries(state?.views ?? {}));
    for (const { event } of records) {
      const page = counts.has(event.page) || counts.size < mostPages ? event.page : otherPages;
      counts.set(page, (counts.get(page) ?? 0) + 1);
    }
    if (isFinal) {
      // The shard is part of the key: when shards are split or merged, a page has rows of two of them.
      const window = `${start} ${shardId}`;
      const expires = Math.floor(Date.parse(start) / 1000) + daysKept * 86_400;
      const rows = [...counts].map(([page, count]): PageViews => ({ page, window, at: start, views: count }));
      for (let from = 0; from < rows.length; from += writesAtATime) {
        // If one fails, Lambda calls again with the same state, and all rows are written again, as they were.
        await Promise.all(
          rows
            .slice(from, from + writesAtATime)
            .map((row) =>
              table.send(new PutCommand({ TableName: views, Item: { ...row, expires } }), { abortSignal: signal }),
            ),
        );
      }
      logger.info("window counted", { window, pages: rows.length });
    }
    return { views: Object.fromEntries(counts) };
  };
});
