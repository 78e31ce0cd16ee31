// Adds a captured payment to the balance of its account, exactly once.
import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import { PaymentCaptured } from "./contracts/payment-event";

interface Bindings {
  /** An item for each payment that is part of a balance. */
  readonly ledger: WritableTable<"PutItem">;
  readonly balances: WritableTable<"UpdateItem">;
}

export const updateBalance = callback(PaymentCaptured, ({ ledger, balances }: Bindings) => {
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async ({ paymentId, accountId, amount }, { signal, logger }) => {
    try {
      // Both or none. If the sum were written alone, a function that dies right after it would add the amount again.
      await tables.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Put: {
                TableName: ledger,
                Item: { accountId, paymentId, amount },
                ConditionExpression: "attribute_not_exists(paymentId)",
              },
            },
            {
              Update: {
                TableName: balances,
                Key: { accountId },
                UpdateExpression: "ADD balance :amount",
                ExpressionAttributeValues: { ":amount": amount },
              },
            },
          ],
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      // Anything else, for example two payments of the account at the same time, is tried again.
      if (!(error instanceof TransactionCanceledException)) throw error;
      if (error.CancellationReasons?.[0]?.Code !== "ConditionalCheckFailed") throw error;
      logger.info("payment was added before", { paymentId });
    }
  };
});
