// Existing resources that become the children of components: Pulumi imports them, and manages them from then on.
import type * as pulumi from "@pulumi/pulumi";
import { QueueConsumer, Table } from "spillway";
import { reviewOrder } from "./callbacks";

/** Imports the existing resource of this id as the child of this type and name. */
const adopt =
  (type: string, name: string, id: string): pulumi.ResourceTransform =>
  (child) =>
    child.type === type && child.name === name
      ? { props: child.props, opts: { ...child.opts, import: id } }
      : undefined;

new QueueConsumer(
  "review",
  {
    callback: reviewOrder,
    visibilityTimeout: 180,
    overrides: { queue: { name: "legacy-review" } },
  },
  {
    transforms: [
      adopt("aws:sqs/queue:Queue", "review", "https://sqs.eu-west-1.amazonaws.com/123456789012/legacy-review"),
    ],
  },
);

new Table(
  "orders",
  { hashKey: "orderId", protect: true, overrides: { table: { name: "legacy-orders" } } },
  { transforms: [adopt("aws:dynamodb/table:Table", "orders", "legacy-orders")] },
);
