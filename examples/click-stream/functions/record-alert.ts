// Keeps the alerts: one row for each page and hour, with the busiest minute.
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import { PageBusy } from "./contracts/page-busy";

export const recordAlert = callback(PageBusy, ({ alertLog }: { alertLog: WritableTable<"UpdateItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async ({ page, at, views }, { signal, logger }) => {
    try {
      await table.send(
        new UpdateCommand({
          TableName: alertLog,
          Key: { page, hour: at.slice(0, "2026-01-01T00".length) },
          UpdateExpression: "SET busiest = :at, #views = :views",
          // Events come again and in any order, and the row says the same in the end.
          ConditionExpression: "attribute_not_exists(#views) OR #views < :views",
          ExpressionAttributeNames: { "#views": "views" },
          ExpressionAttributeValues: { ":at": at, ":views": views },
        }),
        { abortSignal: signal },
      );
      logger.warn("a page is busy", { page, at, views });
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };
});
