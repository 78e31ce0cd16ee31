// On the order-events topic: a new order.
import * as v from "valibot";
import { orderId, orderItems } from "./order-fields";
import { shortText } from "./short-text";

export const OrderPlaced = v.object({
  type: v.literal("order.placed"),
  orderId,
  customerId: shortText,
  items: orderItems,
});
