// The texts of a small program that somebody else might have written.

/** A callback that puts orders into a table, and gives up those of nothing. */
export const placeOrder = `
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, PermanentError, type WritableTable } from "spillway/callback";
import * as v from "valibot";

export const Order = v.object({ orderId: v.string(), quantity: v.number() });
export class NothingOrdered extends PermanentError {}

export const placeOrder = callback(Order, ({ orders }: { orders: WritableTable<"PutItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (order) => {
    if (order.quantity === 0) throw new NothingOrdered("An order of nothing.");
    await table.send(new PutCommand({ TableName: orders, Item: order }));
  };
});
`;

/** The program around it; `from`: the module that exports it. */
export const index = (from: string) => `
import { QueueConsumer, Table, writeTable } from "spillway";
import { placeOrder } from "${from}";

const orders = new Table("orders", { hashKey: "orderId" });
const placing = new QueueConsumer("placing", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders, ["PutItem"]) },
});
export const { queueUrl, deadLetterQueueUrl } = placing;
export const tableName = orders.name;
`;

/** A callback that imports nothing of AWS's, and the program around it. */
export const logOrder = `
import { callback } from "spillway/callback";
import * as v from "valibot";

export const logOrder = callback(v.object({ orderId: v.string() }), () => ({ orderId }, { logger }) => {
  logger.info(orderId);
});
`;

export const logging = (from: string) => `
import { QueueConsumer } from "spillway";
import { logOrder } from "${from}";

export const { queueUrl } = new QueueConsumer("logging", { callback: logOrder });
`;

/** Files that every Pulumi project has. */
export const project = {
  "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
  "Pulumi.dev.yaml": "config:\n  aws:region: eu-west-1\n",
  ".gitignore": "node_modules/\n.spillway/\n",
};

/** The tsconfig.json of a program; `module`: also the way in which modules are resolved. */
export const settings = (module: string) => ({
  compilerOptions: {
    strict: true,
    target: "es2023",
    module,
    moduleResolution: module,
    rootDir: ".",
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
  },
  include: ["index.ts"],
});
