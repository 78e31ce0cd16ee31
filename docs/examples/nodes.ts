// What no argument reaches: a policy of the account's own for the role of a function.
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
