// An item of the payments table: a payment and what has become of it. It never changes.
import * as v from "valibot";

export const Payment = v.object({
  paymentId: v.string(),
  accountId: v.string(),
  /** Cents. */
  amount: v.number(),
  status: v.picklist(["captured", "declined"]),
  /** The day on which the provider has decided, as `2026-01-31`, in UTC. */
  day: v.string(),
  correlationId: v.string(),
});
export type Payment = v.InferOutput<typeof Payment>;
