// A topic that invokes a callback directly.
import { Topic, TopicConsumer } from "spillway";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { reviewOrder } from "./callbacks";

const events = new Topic<OrderEvent>("order-events");
new TopicConsumer("review", { callback: reviewOrder, topic: events, types: ["order.placed"] });

export const topicArn = events.topicArn;
