// A table with a callback that follows its changes.
import * as aws from "@pulumi/aws";
import { TableConsumer } from "spillway";
import { followOrder } from "./changes";

const orders = new aws.dynamodb.Table("orders", {
  billingMode: "PAY_PER_REQUEST",
  hashKey: "orderId",
  attributes: [{ name: "orderId", type: "S" }],
  streamEnabled: true,
  streamViewType: "NEW_AND_OLD_IMAGES",
});

new TableConsumer("order-changes", {
  callback: followOrder,
  table: orders,
  filters: [{ eventName: ["INSERT", "REMOVE"] }],
});
