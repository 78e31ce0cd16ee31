// Functions in a network without a way out, with endpoints for the services that they call.
import { publishTo, QueueConsumer, Table, TableConsumer, Topic, writeTable } from "spillway";
import { Network } from "spillway/network";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { placeOrder } from "../../functions/place-order";
import { publishOrderEvent } from "../../functions/publish-order-event";

const orders = new Table("orders", { hashKey: "orderId", stream: true });
const events = new Topic<OrderEvent>("order-events");

const network = new Network("network");
new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders) },
  network, // reaches DynamoDB, and SQS for its dead letters
});
new TableConsumer("order-changes", {
  callback: publishOrderEvent,
  bindings: { events: publishTo(events) },
  table: orders,
  network, // and SNS
});
