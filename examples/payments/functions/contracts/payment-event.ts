// The events of the payment-events topic.
import * as v from "valibot";

const fields = { paymentId: v.string(), accountId: v.string(), amount: v.number() };

export const PaymentCaptured = v.object({ type: v.literal("payment.captured"), ...fields });
const PaymentDeclined = v.object({ type: v.literal("payment.declined"), ...fields });

export type PaymentEvent = v.InferOutput<typeof PaymentCaptured> | v.InferOutput<typeof PaymentDeclined>;
