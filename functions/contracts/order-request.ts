// `POST /orders`, and a message of the orders queue. `orderId` is the idempotency key.
import * as v from "valibot";
import { orderId, orderItems } from "./order-fields";
import { shortText } from "./short-text";

export const OrderRequest = v.strictObject({ orderId, customerId: shortText, items: orderItems });
export type OrderRequest = v.InferOutput<typeof OrderRequest>;
