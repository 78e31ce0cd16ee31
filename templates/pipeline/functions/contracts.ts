// What the parts of the pipeline hand to each other.
import * as v from "valibot";

const orderId = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const sku = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const quantity = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000));

/** The body of POST /orders, and a message of the orders queue. */
export const Order = v.strictObject({ orderId, sku, quantity });

/** An item of the orders table. By its correlationId, what the order leads to is logged under the order's own id. */
export const PlacedOrder = v.object({
  orderId,
  sku,
  quantity,
  status: v.literal("placed"),
  correlationId: v.string(),
});

/** An event of the order-events topic. */
export const OrderPlaced = v.object({ type: v.literal("order.placed"), orderId, sku, quantity });
export type OrderPlaced = v.InferOutput<typeof OrderPlaced>;
