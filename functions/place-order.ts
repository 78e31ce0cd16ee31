// Places an order: one item in the orders table per orderId, however often the request comes.
import { isDeepStrictEqual } from "node:util";
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { callback, PermanentError, type WritableTable } from "spillway/callback";
import type { Order } from "./contracts/order";
import { OrderRequest } from "./contracts/order-request";

/** The orderId is taken by an order with other content. No retry can fix that. */
export class OrderConflict extends PermanentError {}

export const placeOrder = callback(OrderRequest, ({ orders }: { orders: WritableTable<"PutItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (request, { signal, logger, correlationId }) => {
    const order: Order = { ...request, status: "placed", createdAt: new Date().toISOString(), correlationId };
    try {
      await table.send(
        new PutCommand({
          TableName: orders,
          Item: order,
          ConditionExpression: "attribute_not_exists(orderId)",
          // The order that was there comes with the refusal: no second request to compare it.
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const { customerId, items } = unmarshall(error.Item ?? {});
      if (!isDeepStrictEqual({ customerId, items }, { customerId: request.customerId, items: request.items })) {
        throw new OrderConflict(`Order ${request.orderId} was placed before with other content.`);
      }
      logger.info("order was placed before", { orderId: request.orderId });
    }
  };
});
