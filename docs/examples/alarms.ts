// All alarms of two consumers, told to a topic of their own by mail.

import type { Operations } from "spillway";
import { AlarmTopic, QueueConsumer, Topic } from "spillway";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { reviewOrder } from "./callbacks";

const alarms = new AlarmTopic("alarms", { emails: ["on-call@example.com"] });
const operations: Operations = { alarms: "all", alarmTopicArn: alarms.topicArn };
const events = new Topic<OrderEvent>("order-events", operations);
const reviewing = new QueueConsumer("review", {
  callback: reviewOrder,
  ...operations,
  overrides: { alarms: { age: { threshold: 3600 }, duration: false } }, // an hour is fine, and slow calls are
});
events.subscribe(reviewing, { types: ["order.placed"] });
