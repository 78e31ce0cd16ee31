// On the order-events topic: an order that nothing came of.
import * as v from "valibot";
import { orderId } from "./order-fields";
import { shortText } from "./short-text";

export const OrderAbandoned = v.object({ type: v.literal("order.abandoned"), orderId, customerId: shortText });
