// What no argument reaches: the account's own policy for a function's role, and one more alarm on its queue.
import * as aws from "@pulumi/aws";
import { QueueConsumer, Table, writeTable } from "spillway";
import { placeOrder } from "../../functions/place-order";

const orders = new Table("orders", { hashKey: "orderId" });

const { nodes } = new QueueConsumer("orders", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders, ["PutItem"]) },
});
new aws.iam.RolePolicyAttachment("orders-insights", {
  role: nodes.role.name,
  policyArn: "arn:aws:iam::aws:policy/CloudWatchLambdaInsightsExecutionRolePolicy",
});
