// Confirms an order: an item of the confirmations table stands for the letter to the customer.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, PermanentError, type WritableTable } from "spillway/callback";
import { OrderPlaced } from "./contracts";

/** No retry can fix a PermanentError, so the event becomes a dead letter at once. Any other error is retried. */
export class NotSold extends PermanentError {}

export const confirmOrder = callback(OrderPlaced, ({ confirmations }: { confirmations: WritableTable<"PutItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async ({ orderId, sku, quantity }, { signal }) => {
    if (sku.startsWith("sample-")) throw new NotSold(`Order ${orderId} is for ${sku}, which nobody sells.`);
    const item = { orderId, text: `We send you ${quantity} × ${sku}.` };
    await table.send(new PutCommand({ TableName: confirmations, Item: item }), { abortSignal: signal });
  };
});
