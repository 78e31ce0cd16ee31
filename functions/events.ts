// The contracts of the pipeline's events: what may be sent, and what the callbacks may rely on.
import * as v from "valibot";

/** `POST /orders`, and a message of the orders queue. `orderId` is the idempotency key. */
export const OrderRequest = v.strictObject({
  orderId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  customerId: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  items: v.pipe(
    v.array(
      v.strictObject({
        sku: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
        quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
      }),
    ),
    v.minLength(1),
    v.maxLength(50),
  ),
});
export type OrderRequest = v.InferOutput<typeof OrderRequest>;
