// The callback of every consumer: it fails as its event says, until that is fixed, and notes each run in a table.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { callback, PermanentError, type WritableTable } from "spillway/callback";
import * as v from "valibot";
import { faults } from "./faults";

const Order = v.object({
  id: v.string(),
  type: v.string(),
  /** The message group of a FIFO queue, the partition key of a stream. */
  customer: v.string(),
  quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
  fault: v.optional(v.string()),
});

class PaymentDeclined extends PermanentError {}
class OrderConflict extends PermanentError {}
class UnwantedOrder extends PermanentError {}

function fail(fault: string | undefined, id: string): void {
  if (fault === undefined || !faults.includes(fault)) return;
  if (fault === "declined") throw new PaymentDeclined(`The bank declined the payment of ${id}.`);
  if (fault === "conflict") throw new OrderConflict(`There is another order "${id}" with different content.`);
  if (fault === "unwanted") throw new UnwantedOrder(`The order ${id} is a test.`);
  if (fault === "crash") process.exit(1);
  throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 10.0.0.1:443") });
}

interface Bindings {
  readonly seen: WritableTable<"UpdateItem">;
  readonly consumer: string;
}

export const work = callback(Order, ({ seen, consumer }: Bindings) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const note = (id: string, member: string, value: string) =>
    table.send(
      new UpdateCommand({
        TableName: seen,
        Key: { id },
        UpdateExpression: "SET #member = list_append(if_not_exists(#member, :none), :value)",
        ExpressionAttributeNames: { "#member": member },
        ExpressionAttributeValues: { ":none": [], ":value": [value] },
      }),
    );
  return async ({ id, customer, fault, quantity }, { correlationId, logger }) => {
    logger.info("works", { id });
    fail(fault, id);
    await note(id, "runs", `${consumer} ${correlationId} ${quantity}`);
    await note(`order of ${consumer} ${customer}`, "ids", id);
  };
});
