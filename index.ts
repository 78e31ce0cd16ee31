// The pipeline: it reads like the picture in the README, from the endpoint down to the last table.
import * as aws from "@pulumi/aws";
import { plain, publishTo, writeTable } from "./components/binding";
import { HttpIngress } from "./components/http-ingress";
import { QueueConsumer } from "./components/queue-consumer";
import { Schedule } from "./components/schedule";
import { StreamConsumer } from "./components/stream-consumer";
import { TableConsumer } from "./components/table-consumer";
import { Topic } from "./components/topic";
import { TopicConsumer } from "./components/topic-consumer";
import { readConfiguration } from "./config";
import { aggregateActivity } from "./functions/aggregate-activity";
import { appendAudit } from "./functions/append-audit";
import type { OrderEvent } from "./functions/events";
import { notifyCustomer } from "./functions/notify-customer";
import { placeOrder } from "./functions/place-order";
import { orderEventFilters, publishOrderEvent } from "./functions/publish-order-event";
import { reserveStock } from "./functions/reserve-stock";
import { ordersByStatus, sweepAbandonedOrders } from "./functions/sweep-abandoned-orders";

const { alarms, operations, ...config } = readConfiguration();

/** On demand, with point-in-time recovery; every key is a string. */
function table(name: string, keys: { hashKey: string; rangeKey?: string }, more: Partial<aws.dynamodb.TableArgs> = {}) {
  return new aws.dynamodb.Table(name, {
    billingMode: "PAY_PER_REQUEST",
    ...keys,
    attributes: Object.values(keys).map((key) => ({ name: key, type: "S" })),
    pointInTimeRecovery: { enabled: true },
    deletionProtectionEnabled: config.deletionProtection,
    ...more,
  });
}

// POST /orders ─► orders queue ─► placeOrder ─► orders table
const orders = table(
  "orders",
  { hashKey: "orderId" },
  {
    streamEnabled: true,
    streamViewType: "NEW_AND_OLD_IMAGES",
    attributes: ["orderId", "status", "createdAt"].map((name) => ({ name, type: "S" })),
    globalSecondaryIndexes: [
      {
        name: ordersByStatus,
        keySchemas: [
          { attributeName: "status", keyType: "HASH" },
          { attributeName: "createdAt", keyType: "RANGE" },
        ],
        projectionType: "KEYS_ONLY",
      },
    ],
  },
);
const placing = new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders) },
  ...operations,
});
const api = new HttpIngress("api", {
  routes: { "POST /orders": placing },
  public: config.publicEndpoint,
  throttle: config.throttle,
  logging: config.apiGatewayLogging,
  logRetention: operations.logRetention,
});

// orders table ─► publishOrderEvent ─► order-events topic
const orderEvents = new Topic<OrderEvent>("order-events", alarms);
const publishing = new TableConsumer("order-changes", {
  callback: publishOrderEvent,
  bindings: { events: publishTo(orderEvents) },
  table: orders,
  filters: orderEventFilters,
  ...operations,
});

// order-events topic ─► fulfilment queue ─► reserveStock ─► stock table
const stock = table("stock", { hashKey: "sku" });
const fulfilment = new QueueConsumer("fulfilment", {
  callback: reserveStock,
  bindings: { orders: writeTable(orders), stock: writeTable(stock), initialStock: plain(config.initialStock) },
  // Orders of one sku at the same time are in each other's way, and each attempt lets at least one through.
  maxReceiveCount: 10,
  ...operations,
});
orderEvents.subscribe(fulfilment, { types: ["order.placed"] });

// order-events topic ─► notifications queue ─► notifyCustomer ─► notifications table
const notifications = table("notifications", { hashKey: "orderId" });
const notifying = new QueueConsumer("notifications", {
  callback: notifyCustomer,
  bindings: { notifications: writeTable(notifications) },
  ...operations,
});
orderEvents.subscribe(notifying, { types: ["order.placed"] });

// order-events topic ─► appendAudit ─► audit table
const audit = table("audit", { hashKey: "orderId", rangeKey: "type" });
const auditing = new TopicConsumer("audit", {
  callback: appendAudit,
  bindings: { audit: writeTable(audit) },
  topic: orderEvents,
  ...operations,
});

// activity stream ─► aggregateActivity ─► activity table
const activity = table("activity", { hashKey: "customerId" });
const aggregating = new StreamConsumer("activity", {
  callback: aggregateActivity,
  bindings: { activity: writeTable(activity) },
  ...(config.activityShards > 0 && { shards: config.activityShards }),
  // A customer's records of a batch are one update.
  batchSize: 1000,
  ...operations,
});

// schedule ─► sweep queue ─► sweepAbandonedOrders ─► orders table
const sweeping = new QueueConsumer("sweep", {
  callback: sweepAbandonedOrders,
  bindings: { orders: writeTable(orders) },
  timeout: 300,
  ...operations,
});
const hourly = new Schedule("sweep-hourly", {
  expression: "rate(1 hour)",
  target: sweeping,
  event: { olderThanHours: config.abandonedAfterHours },
  ...alarms,
});

export const apiUrl = api.url;
export const ordersQueueUrl = placing.queueUrl;
export const ordersDeadLetterQueueUrl = placing.deadLetterQueueUrl;
export const ordersTableName = orders.name;
export const orderEventsTopicArn = orderEvents.topicArn;
export const fulfilmentQueueUrl = fulfilment.queueUrl;
export const stockTableName = stock.name;
export const notificationsQueueUrl = notifying.queueUrl;
export const notificationsTableName = notifications.name;
export const auditTableName = audit.name;
export const activityStreamName = aggregating.streamName;
export const activityTableName = activity.name;
export const sweepQueueUrl = sweeping.queueUrl;
export const deadLetters = {
  orders: placing.deadLetters,
  "order-changes": publishing.deadLetters,
  "order-events": orderEvents.deadLetters,
  fulfilment: fulfilment.deadLetters,
  notifications: notifying.deadLetters,
  audit: auditing.deadLetters,
  activity: aggregating.deadLetters,
  sweep: sweeping.deadLetters,
  "sweep-hourly": hourly.deadLetters,
};
