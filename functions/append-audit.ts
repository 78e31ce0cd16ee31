// Appends each order event to the audit table: one line per event, however often it comes.
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import { OrderEvent } from "./contracts/order-event";

export const appendAudit = callback(OrderEvent, ({ audit }: { audit: WritableTable<"PutItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (event, { signal, correlationId, event: envelope, logger }) => {
    const { orderId, type, ...data } = event;
    const { id, time } = envelope as { readonly id?: string; readonly time?: string };
    try {
      await table.send(
        new PutCommand({
          TableName: audit,
          Item: { orderId, type, eventId: id, at: time, data, correlationId },
          // A line that is written stays as it is: published again, the event has a later time.
          ConditionExpression: "attribute_not_exists(orderId)",
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      logger.info("event was audited before", { orderId, eventId: id });
    }
  };
});
