// `POST /payments`. `paymentId` is the caller's, and the same one is always the same payment.
import * as v from "valibot";

const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/));

export const PaymentRequest = v.strictObject({
  paymentId: id,
  accountId: id,
  /** Cents. */
  amount: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000_000)),
});
