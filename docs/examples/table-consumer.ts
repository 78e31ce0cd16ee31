// A table with a callback that follows its changes.
import { Table, TableConsumer } from "spillway";
import { followOrder } from "./changes";

const orders = new Table("orders", { hashKey: "orderId", stream: true });
new TableConsumer("order-changes", {
  callback: followOrder,
  table: orders,
  filters: [{ eventName: ["INSERT", "REMOVE"] }],
});
