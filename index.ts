// The pipeline: it reads like the picture in the README, from the endpoint down to the last table.
import {
  Dashboard,
  HttpIngress,
  plain,
  publishTo,
  QueueConsumer,
  Schedule,
  StreamConsumer,
  Table,
  TableConsumer,
  Topic,
  TopicConsumer,
  writeTable,
} from "spillway";
import { readConfiguration } from "./config/configuration";
import { operate } from "./config/operate";
import { aggregateActivity } from "./functions/aggregate-activity";
import { appendAudit } from "./functions/append-audit";
import type { OrderEvent } from "./functions/contracts/order-event";
import { notifyCustomer } from "./functions/notify-customer";
import { placeOrder } from "./functions/place-order";
import { orderEventFilters, publishOrderEvent } from "./functions/publish-order-event";
import { reserveStock } from "./functions/reserve-stock";
import { ordersByStatus, sweepAbandonedOrders } from "./functions/sweep-abandoned-orders";

const config = readConfiguration();
const { operations, functions } = operate(config);

// POST /orders ─► orders queue ─► placeOrder ─► orders table
const orders = new Table("orders", {
  hashKey: "orderId",
  stream: true,
  indexes: { [ordersByStatus]: { hashKey: "status", rangeKey: "createdAt", projection: "KEYS_ONLY" } },
  ...operations,
});
const placing = new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders, ["PutItem"]) },
  ...config.orders,
  ...functions,
});
const api = new HttpIngress("api", {
  routes: { "POST /orders": placing },
  public: config.publicEndpoint,
  throttle: { rateLimit: config.throttleRate, burstLimit: config.throttleBurst },
  logging: config.apiGatewayLogging,
  logRetention: config.logRetentionDays,
  ...operations,
});

// orders table ─► publishOrderEvent ─► order-events topic
const orderEvents = new Topic<OrderEvent>("order-events", operations);
const publishing = new TableConsumer("order-changes", {
  callback: publishOrderEvent,
  bindings: { events: publishTo(orderEvents) },
  table: orders,
  filters: orderEventFilters,
  ...config.orderChanges,
  ...functions,
});

// order-events topic ─► fulfilment queue ─► reserveStock ─► stock table
const stock = new Table("stock", { hashKey: "sku", ...operations });
const fulfilment = new QueueConsumer("fulfilment", {
  callback: reserveStock,
  bindings: {
    orders: writeTable(orders, ["GetItem", "UpdateItem"]),
    stock: writeTable(stock, ["UpdateItem"]),
    initialStock: plain(String(config.initialStock)),
  },
  ...config.fulfilment,
  ...functions,
});
orderEvents.subscribe(fulfilment, { types: ["order.placed"] });

// order-events topic ─► notifications queue ─► notifyCustomer ─► notifications table
const notifications = new Table("notifications", { hashKey: "orderId", ...operations });
const notifying = new QueueConsumer("notifications", {
  callback: notifyCustomer,
  bindings: { notifications: writeTable(notifications, ["PutItem"]) },
  ...config.notifications,
  ...functions,
});
orderEvents.subscribe(notifying, { types: ["order.placed"] });

// order-events topic ─► appendAudit ─► audit table
const audit = new Table("audit", { hashKey: "orderId", rangeKey: "type", ...operations });
const auditing = new TopicConsumer("audit", {
  callback: appendAudit,
  bindings: { audit: writeTable(audit, ["PutItem"]) },
  topic: orderEvents,
  ...config.audit,
  ...functions,
});

// activity stream ─► aggregateActivity ─► activity table
const activity = new Table("activity", { hashKey: "customerId", ...operations });
const aggregating = new StreamConsumer("activity", {
  callback: aggregateActivity,
  bindings: { activity: writeTable(activity, ["UpdateItem"]) },
  ...(config.activityShards > 0 && { shards: config.activityShards }),
  ...config.activity,
  ...functions,
});

// schedule ─► sweep queue ─► sweepAbandonedOrders ─► orders table
const sweeping = new QueueConsumer("sweep", {
  callback: sweepAbandonedOrders,
  bindings: { orders: writeTable(orders, ["Query", "UpdateItem"]) },
  ...config.sweep,
  ...functions,
});
const hourly = new Schedule("sweep-hourly", {
  expression: "rate(1 hour)",
  target: sweeping,
  event: { olderThanHours: config.abandonedAfterHours },
  ...operations,
});

if (config.dashboard) {
  new Dashboard("pipeline", {
    rows: {
      "POST /orders": api,
      "orders queue, placeOrder": placing,
      "orders table": orders,
      "orders table's stream, publishOrderEvent": publishing,
      "order-events topic": orderEvents,
      "fulfilment queue, reserveStock": fulfilment,
      "notifications queue, notifyCustomer": notifying,
      "order-events topic, appendAudit": auditing,
      "activity stream, aggregateActivity": aggregating,
      "sweep queue, sweepAbandonedOrders": sweeping,
      "schedule of the sweep": hourly,
    },
  });
}

/** What tests name: `startLocal<Consumers>()`. */
export type Consumers = {
  orders: typeof placing;
  "order-changes": typeof publishing;
  "order-events": typeof orderEvents;
  fulfilment: typeof fulfilment;
  notifications: typeof notifying;
  audit: typeof auditing;
  activity: typeof aggregating;
  sweep: typeof sweeping;
  "sweep-hourly": typeof hourly;
};

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
