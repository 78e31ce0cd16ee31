// An item of the orders table.
import * as v from "valibot";
import { orderId, orderItems } from "./order-fields";
import { shortText } from "./short-text";

/**
 * `placed` by placeOrder, then `reserved` by reserveStock, or `abandoned` by sweepAbandonedOrders. `correlationId` is
 * the flow's: it goes on from here to everything that the order leads to.
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
