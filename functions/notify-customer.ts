// Notifies a customer of an order: one notification per order, which is a row of the notifications table, so that it
// can be seen.
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import { OrderPlaced } from "./contracts/order-placed";

export const notifyCustomer = callback(
  OrderPlaced,
  ({ notifications }: { notifications: WritableTable<"PutItem"> }) => {
    const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    return async ({ orderId, customerId, items }, { signal, logger, correlationId }) => {
      const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0);
      const text = `Your order ${orderId} of ${pieces} ${pieces === 1 ? "piece" : "pieces"} has been placed.`;
      try {
        await table.send(
          new PutCommand({
            TableName: notifications,
            Item: { orderId, customerId, text, sentAt: new Date().toISOString(), correlationId },
            ConditionExpression: "attribute_not_exists(orderId)",
          }),
          { abortSignal: signal },
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        logger.info("customer was notified before", { orderId });
      }
    };
  },
);
