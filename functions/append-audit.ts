// Appends each order event to the audit table: one line per event, however often it comes.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "../consumer/callback";
import { OrderEvent } from "./events";

export const appendAudit = callback(OrderEvent, ({ audit }: { audit: WritableTable }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (event, { signal, correlationId, event: envelope }) => {
    const { orderId, type, ...data } = event;
    // The time and the id are the event's own: a second delivery writes the same line over the first.
    const { id, time } = envelope as { readonly id?: string; readonly time?: string };
    await table.send(
      new PutCommand({ TableName: audit, Item: { orderId, type, eventId: id, at: time, data, correlationId } }),
      { abortSignal: signal },
    );
  };
});
