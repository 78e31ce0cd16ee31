// Reserves an order's stock: the stock of each sku and the order itself change together, or not at all.
import { type CancellationReason, DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { callback, PermanentError, type WritableTable } from "spillway/callback";
import { OrderPlaced } from "./contracts/order-placed";

/** There is less of a sku than the order asks for. Restock, then redrive the dead letter. */
export class OutOfStock extends PermanentError {}

/** The orders table does not have the order of the event: nobody placed it, or somebody deleted it. */
export class UnknownOrder extends PermanentError {}

interface Bindings {
  /** The transaction updates its item, and what it refuses is read. */
  readonly orders: WritableTable<"GetItem" | "UpdateItem">;
  readonly stock: WritableTable<"UpdateItem">;
  /** Pieces of a sku that are there before its first reservation: whole number as text. */
  readonly initialStock: string;
}

export const reserveStock = callback(OrderPlaced, ({ orders, stock, initialStock }: Bindings) => {
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async ({ orderId, items }, { signal, logger }) => {
    // A transaction may touch each item once.
    const quantities = new Map<string, number>();
    for (const { sku, quantity } of items) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
    const skus = [...quantities.keys()];
    try {
      await tables.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Update: {
                TableName: orders,
                Key: { orderId },
                UpdateExpression: "SET #status = :reserved, reservedAt = :now",
                // One reservation per order, however often its event comes.
                ConditionExpression: "#status = :placed",
                ExpressionAttributeNames: { "#status": "status" },
                ExpressionAttributeValues: {
                  ":reserved": "reserved",
                  ":placed": "placed",
                  ":now": new Date().toISOString(),
                },
              },
            },
            ...[...quantities].map(([sku, quantity]) => ({
              Update: {
                TableName: stock,
                Key: { sku },
                UpdateExpression:
                  "SET available = if_not_exists(available, :initial) - :quantity, reserved = if_not_exists(reserved, :none) + :quantity",
                ConditionExpression:
                  "available >= :quantity OR (attribute_not_exists(available) AND :initial >= :quantity)",
                ExpressionAttributeValues: { ":initial": Number(initialStock), ":quantity": quantity, ":none": 0 },
              },
            })),
          ],
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const [order, ...each] = error.CancellationReasons ?? [];
      if (isRefused(order)) {
        const found = await tables.send(
          new GetCommand({
            TableName: orders,
            Key: { orderId },
            ConsistentRead: true,
            ProjectionExpression: "orderId",
          }),
          { abortSignal: signal },
        );
        if (found.Item === undefined) throw new UnknownOrder(`Order ${orderId} is not in the orders table.`);
        logger.info("order is not open: it is reserved or abandoned already", { orderId });
        return;
      }
      // The same event elsewhere may be what has just taken the stock: only of an order that is surely open is it
      // missing.
      if (order?.Code === "TransactionConflict") throw error;
      const missing = skus.filter((_, index) => isRefused(each[index]));
      if (missing.length > 0) throw new OutOfStock(`Order ${orderId}: too few of ${missing.join(", ")}.`);
      // Two orders at once for one sku: tried again.
      throw error;
    }
  };
});

const isRefused = (reason: CancellationReason | undefined) => reason?.Code === "ConditionalCheckFailed";
