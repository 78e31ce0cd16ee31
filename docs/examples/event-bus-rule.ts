// A rule that leads some of a bus's events to a queue.
import * as aws from "@pulumi/aws";
import { EventBusRule, eventBus, QueueConsumer } from "spillway";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { reviewOrder } from "./callbacks";

const bus = eventBus<OrderEvent>(new aws.cloudwatch.EventBus("orders"));
const reviewing = new QueueConsumer("review", { callback: reviewOrder });
new EventBusRule("orders-to-review", {
  bus,
  types: ["order.placed"],
  pattern: { detail: { data: { customerId: [{ prefix: "new-" }] } } },
  target: reviewing,
});
