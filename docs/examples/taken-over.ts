// A queue and a table that the program had declared itself become those of components, with what is in them.
import * as pulumi from "@pulumi/pulumi";
import { QueueConsumer, Table, writeTable } from "spillway";
import { storeOrder } from "./store-order";

const orders = new Table("orders", { hashKey: "orderId" }); // takes over an aws.dynamodb.Table of this name

/** The queue was an aws.sqs.Queue "orders" without a parent. */
const takeOver: pulumi.ResourceTransform = ({ type, name, props, opts }) =>
  type === "aws:sqs/queue:Queue" && name === "orders"
    ? { props, opts: pulumi.mergeOptions(opts, { aliases: [{ parent: pulumi.rootStackResource }] }) }
    : undefined;

const storing = new QueueConsumer(
  "orders",
  { callback: storeOrder, bindings: { orders: writeTable(orders, ["PutItem"]) } },
  { transforms: [takeOver] },
);

export const queueUrl = storing.queueUrl;
