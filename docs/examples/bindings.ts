// Consumers whose callbacks send, publish, put and read a secret: each with the permission for exactly that.
import * as aws from "@pulumi/aws";
import {
  eventBus,
  plain,
  publishTo,
  putEvents,
  putTo,
  QueueConsumer,
  StreamConsumer,
  secret,
  sendTo,
  Topic,
} from "spillway";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { indexActivity, reviewOrder } from "./callbacks";
import { forward, ship } from "./forwarding";

const reviewing = new QueueConsumer("review", { callback: reviewOrder });
const events = new Topic<OrderEvent>("order-events");
const bus = eventBus<OrderEvent>(new aws.cloudwatch.EventBus("orders"));
const indexing = new StreamConsumer("activity", {
  callback: indexActivity,
  bindings: { index: plain("https://index.example.com/activity") },
});

new QueueConsumer("forward", {
  callback: forward,
  bindings: {
    reviews: sendTo(reviewing),
    events: publishTo(events),
    activity: putTo(indexing),
    bus: putEvents(bus),
  },
});
new QueueConsumer("ship", {
  callback: ship,
  bindings: {
    carrier: plain("https://carrier.example.com/orders"),
    key: secret({ parameterArn: "arn:aws:ssm:eu-west-1:123456789012:parameter/carrier-key" }),
  },
});
