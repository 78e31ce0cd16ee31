// The callback of the migration pages: one order, checked by its schema, becomes an item of the orders table.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import * as v from "valibot";

const Order = v.object({ orderId: v.string(), customerId: v.string() });

export const storeOrder = callback(Order, ({ orders }: { orders: WritableTable<"PutItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (order, { signal }) => {
    await table.send(new PutCommand({ TableName: orders, Item: order }), { abortSignal: signal });
  };
});
