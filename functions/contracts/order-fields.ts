// What every order and every event about one has.
import * as v from "valibot";
import { shortText } from "./short-text";

export const orderId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/));
export const orderItems = v.pipe(
  v.array(
    v.strictObject({
      sku: shortText,
      quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    }),
  ),
  v.minLength(1),
  v.maxLength(50),
);
