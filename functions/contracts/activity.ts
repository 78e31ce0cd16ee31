// A record of the activity stream, with the customerId as its partition key.
import * as v from "valibot";
import { shortText } from "./short-text";

export const Activity = v.object({
  customerId: shortText,
  kind: v.picklist(["viewed", "added", "bought"]),
  sku: shortText,
  at: v.pipe(v.string(), v.isoTimestamp()),
});
export type Activity = v.InferOutput<typeof Activity>;
