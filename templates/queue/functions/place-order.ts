// Places an order: it becomes an item of the orders table.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, PermanentError, type WritableTable } from "spillway/callback";
import * as v from "valibot";

/** A message of the orders queue. Any other message becomes a dead letter at once. */
export const Order = v.object({
  orderId: v.pipe(v.string(), v.minLength(1)),
  sku: v.pipe(v.string(), v.minLength(1)),
  quantity: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

/** No retry can fix a PermanentError, so the order becomes a dead letter at once. Any other error is retried. */
export class TooMany extends PermanentError {}

export const placeOrder = callback(Order, ({ orders }: { orders: WritableTable<"PutItem"> }) => {
  // This part runs once for each process, and the function below once for each order.
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (order, { logger, signal }) => {
    if (order.quantity > 100)
      throw new TooMany(`Order ${order.orderId} is for ${order.quantity}; at most 100 are sold.`);
    // An order that comes twice is written twice to the same item, so that nothing changes.
    const item = { ...order, status: "placed" };
    await table.send(new PutCommand({ TableName: orders, Item: item }), { abortSignal: signal });
    logger.info("order placed", { orderId: order.orderId });
  };
});
