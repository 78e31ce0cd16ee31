// Every event on the order-events topic.
import * as v from "valibot";
import { OrderAbandoned } from "./order-abandoned";
import { OrderPlaced } from "./order-placed";

export const OrderEvent = v.variant("type", [OrderPlaced, OrderAbandoned]);
export type OrderEvent = v.InferOutput<typeof OrderEvent>;
