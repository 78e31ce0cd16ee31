// Places an order: it becomes an item of the orders table, once, however often it comes.
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import { Order } from "./contracts";

export const placeOrder = callback(Order, ({ orders }: { orders: WritableTable<"PutItem"> }) => {
  // This part runs once for each process, and the function below once for each order.
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (order, { correlationId, logger, signal }) => {
    try {
      await table.send(
        new PutCommand({
          TableName: orders,
          Item: { ...order, status: "placed", correlationId },
          ConditionExpression: "attribute_not_exists(orderId)",
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      logger.info("order was placed before", { orderId: order.orderId });
    }
  };
});
