// The callbacks of shop.ts.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import {
  callback,
  PermanentError,
  type PublishTarget,
  publish,
  tableChange,
  type Window,
  type WritableTable,
  windowCallback,
} from "spillway/callback";
import * as v from "valibot";

const Order = v.object({ orderId: v.string(), sku: v.string(), quantity: v.number() });
const OrderPlaced = v.object({ type: v.literal("order.placed"), ...Order.entries });
export type OrderPlaced = v.InferOutput<typeof OrderPlaced>;

export class TooMany extends PermanentError {}

const documents = () => DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const placeOrder = callback(Order, ({ orders }: { orders: WritableTable<"PutItem"> }) => {
  const table = documents();
  return async (order) => {
    if (order.quantity > 100) throw new TooMany(`Order ${order.orderId} is for ${order.quantity}.`);
    await table.send(new PutCommand({ TableName: orders, Item: order }));
  };
});

export const announceOrder = callback(
  tableChange(Order),
  ({ events }: { events: PublishTarget<OrderPlaced> }) =>
    async ({ newImage }, { correlationId }) => {
      if (newImage === undefined) return;
      await publish(events, { type: "order.placed", ...newImage }, { id: newImage.orderId, correlationId });
    },
);

export const mailReceipt = callback(OrderPlaced, ({ mail }: { mail: string }) => async ({ orderId }, { signal }) => {
  const { ok, status } = await fetch(`${mail}/receipts/${orderId}`, { method: "POST", signal });
  if (!ok) throw new Error(`The mail server answers ${status}.`);
});

export const auditOrder = callback(OrderPlaced, ({ audit }: { audit: WritableTable<"PutItem"> }) => {
  const table = documents();
  return async ({ orderId }) => {
    await table.send(new PutCommand({ TableName: audit, Item: { orderId, placedAt: new Date().toISOString() } }));
  };
});

export const countClicks = windowCallback(
  v.object({ page: v.string() }),
  ({ clicks }: { clicks: WritableTable<"PutItem"> }) => {
    const table = documents();
    return async (records, { state, isFinal, start }: Window<{ count: number }>) => {
      const count = (state?.count ?? 0) + records.length;
      if (isFinal) await table.send(new PutCommand({ TableName: clicks, Item: { window: start, count } }));
      return { count };
    };
  },
);
