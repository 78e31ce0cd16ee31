// Marks orders as abandoned that have been placed long ago and whose stock nobody could reserve.
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateQuery, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import { Sweep } from "./contracts/sweep";

/**
 * Index of the orders table: `status`, then `createdAt`. Orders leave its `placed` side when they are reserved. A
 * partition takes 1,000 writes a second, and each order is two (in and out): for more than 500 orders a second spread
 * `status` over several values.
 */
export const ordersByStatus = "by-status";

export const sweepAbandonedOrders = callback(Sweep, ({ orders }: { orders: WritableTable<"Query" | "UpdateItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const abandon = async (orderId: string, signal: AbortSignal): Promise<boolean> => {
    try {
      await table.send(
        new UpdateCommand({
          TableName: orders,
          Key: { orderId },
          UpdateExpression: "SET #status = :abandoned, abandonedAt = :now",
          ConditionExpression: "#status = :placed",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: {
            ":abandoned": "abandoned",
            ":placed": "placed",
            ":now": new Date().toISOString(),
          },
        }),
        { abortSignal: signal },
      );
      return true;
    } catch (error) {
      // Reserved since it was found, or abandoned by another sweep.
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
  return async ({ olderThanHours }, { signal, logger }) => {
    const before = new Date(Date.now() - olderThanHours * 3_600_000).toISOString();
    let abandoned = 0;
    const pages = paginateQuery(
      { client: table },
      {
        TableName: orders,
        IndexName: ordersByStatus,
        KeyConditionExpression: "#status = :placed AND createdAt < :before",
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: { ":placed": "placed", ":before": before },
      },
      { abortSignal: signal },
    );
    for await (const { Items = [] } of pages) {
      for (const { orderId } of Items) {
        // A sweep that runs out of time has done part of it, and the next one goes on.
        signal.throwIfAborted();
        if (await abandon(String(orderId), signal)) abandoned += 1;
      }
    }
    logger.info("swept abandoned orders", { before, abandoned });
  };
});
