// A topic that fans out to a queue by the type of its events.
import { QueueConsumer, Topic } from "spillway";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { reviewOrder } from "./callbacks";

const events = new Topic<OrderEvent>("order-events");
const reviewing = new QueueConsumer("review", { callback: reviewOrder });
events.subscribe(reviewing, { types: ["order.placed"] });

export const topicArn = events.topicArn;
