// A table with an index, a stream and a time to live.
import { Table, TableConsumer } from "spillway";
import { followOrder } from "./changes";

const orders = new Table("orders", {
  hashKey: "orderId",
  indexes: { "by-status": { hashKey: "status", rangeKey: "at", projection: "KEYS_ONLY" } },
  types: { at: "N" }, // the other key attributes are strings
  stream: true,
  timeToLive: "expiresAt",
});
new TableConsumer("order-changes", { callback: followOrder, table: orders });
