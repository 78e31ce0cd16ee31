// A program with five consumers, for a test that sees it as a whole.
import { Config } from "@pulumi/pulumi";
import {
  plain,
  publishTo,
  QueueConsumer,
  StreamConsumer,
  Table,
  TableConsumer,
  Topic,
  TopicConsumer,
  writeTable,
} from "spillway";
import { announceOrder, auditOrder, countClicks, mailReceipt, type OrderPlaced, placeOrder } from "./shop-callbacks";

const mailUrl = new Config().get("mailUrl") ?? "https://mail.example.com";

// orders queue ─► orders table ─► order-events topic
const orders = new Table("orders", { hashKey: "orderId", stream: true });
const placing = new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders, ["PutItem"]) },
});
const orderEvents = new Topic<OrderPlaced>("order-events");
const announcing = new TableConsumer("order-changes", {
  callback: announceOrder,
  bindings: { events: publishTo(orderEvents) },
  table: orders,
});

// order-events topic ─► receipts queue ─► mail, and ─► audit table
const mailing = new QueueConsumer("receipts", { callback: mailReceipt, bindings: { mail: plain(mailUrl) } });
orderEvents.subscribe(mailing, { types: ["order.placed"] });
const audit = new Table("audit", { hashKey: "orderId" });
const auditing = new TopicConsumer("audit", {
  callback: auditOrder,
  bindings: { audit: writeTable(audit, ["PutItem"]) },
  topic: orderEvents,
});

// clicks stream ─► clicks table, every 15 minutes
const clicks = new Table("clicks", { hashKey: "window" });
const counting = new StreamConsumer("clicks", {
  callback: countClicks,
  bindings: { clicks: writeTable(clicks, ["PutItem"]) },
  shards: 1,
  tumblingWindow: 900,
});

export type Consumers = {
  orders: typeof placing;
  "order-changes": typeof announcing;
  "order-events": typeof orderEvents;
  receipts: typeof mailing;
  audit: typeof auditing;
  clicks: typeof counting;
};
