// Places an order: it becomes an item of the orders table.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import { Order } from "./contracts";

export const placeOrder = callback(Order, ({ orders }: { orders: WritableTable<"PutItem"> }) => {
  // This part runs once for each process, and the function below once for each order.
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (order, { logger, signal }) => {
    // An order that comes twice is written twice to the same item, so that nothing changes.
    const item = { ...order, status: "placed" };
    await table.send(new PutCommand({ TableName: orders, Item: item }), { abortSignal: signal });
    logger.info("order placed", { orderId: order.orderId });
  };
});
