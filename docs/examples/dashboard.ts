// A dashboard of an endpoint, a queue, a topic and a table.
import { Dashboard, HttpIngress, QueueConsumer, Table, TableConsumer, Topic } from "spillway";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { reviewOrder } from "./callbacks";
import { followOrder } from "./changes";

const orders = new Table("orders", { hashKey: "orderId", stream: true });
const following = new TableConsumer("order-changes", { callback: followOrder, table: orders });
const events = new Topic<OrderEvent>("order-events");
const reviewing = new QueueConsumer("review", { callback: reviewOrder });
events.subscribe(reviewing, { types: ["order.placed"] });
const api = new HttpIngress("api", { routes: { "POST /reviews": reviewing } });
new Dashboard("reviews", {
  rows: {
    "POST /reviews": api,
    "review queue, reviewOrder": reviewing,
    "order-events topic": events,
    "order-changes": following, // the consumer of a table's stream
    "orders table": orders,
  },
});
