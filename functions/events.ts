// The contracts of the pipeline's events: what may be sent, and what the callbacks may rely on.
import * as v from "valibot";

const shortText = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const orderId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/));
const orderItems = v.pipe(
  v.array(
    v.strictObject({
      sku: shortText,
      quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    }),
  ),
  v.minLength(1),
  v.maxLength(50),
);

/** `POST /orders`, and a message of the orders queue. `orderId` is the idempotency key. */
export const OrderRequest = v.strictObject({ orderId, customerId: shortText, items: orderItems });
export type OrderRequest = v.InferOutput<typeof OrderRequest>;

/**
 * An item of the orders table: `placed` by placeOrder, then `reserved` by reserveStock, or `abandoned` by
 * sweepAbandonedOrders. `correlationId` is the flow's: it goes on from here to everything that the order leads to.
 */
export const Order = v.object({
  orderId,
  customerId: shortText,
  items: orderItems,
  status: v.picklist(["placed", "reserved", "abandoned"]),
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  correlationId: v.string(),
});
export type Order = v.InferOutput<typeof Order>;

/** On the order-events topic. */
export const OrderPlaced = v.object({
  type: v.literal("order.placed"),
  orderId,
  customerId: shortText,
  items: orderItems,
});
export const OrderAbandoned = v.object({ type: v.literal("order.abandoned"), orderId, customerId: shortText });
export const OrderEvent = v.variant("type", [OrderPlaced, OrderAbandoned]);
export type OrderEvent = v.InferOutput<typeof OrderEvent>;

/** A record of the activity stream, with the customerId as its partition key. */
export const Activity = v.object({
  customerId: shortText,
  kind: v.picklist(["viewed", "added", "bought"]),
  sku: shortText,
  at: v.pipe(v.string(), v.isoTimestamp()),
});
export type Activity = v.InferOutput<typeof Activity>;

/** What the schedule sends to the sweep queue. */
export const Sweep = v.strictObject({ olderThanHours: v.pipe(v.number(), v.minValue(1), v.maxValue(8760)) });
