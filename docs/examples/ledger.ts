// Entries of accounts: sent in order, and posted in order.
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { callback, PermanentError, type SendTarget, send, type WritableTable } from "spillway/callback";
import * as v from "valibot";

const Entry = v.object({
  account: v.string(),
  number: v.pipe(v.number(), v.integer(), v.minValue(1)), // counts the entries of the account without a gap
  amount: v.number(),
});
type Entry = v.InferOutput<typeof Entry>;
const Statement = v.object({ account: v.string(), first: v.number(), amounts: v.array(v.number()) });

export const splitStatement = callback(Statement, ({ ledger }: { ledger: SendTarget<Entry> }) => {
  return async ({ account, first, amounts }, { correlationId }) => {
    for (const [index, amount] of amounts.entries()) {
      const number = first + index;
      // One after the other: calls that run at the same time arrive in any order.
      await send(
        ledger,
        { account, number, amount },
        {
          messageGroupId: account,
          messageDeduplicationId: `${account}.${number}`, // sent again after a crash, it is the same message
          correlationId,
        },
      );
    }
  };
});

/** An entry before it is missing: it is a dead letter, or was never sent. */
export class EntryMissing extends PermanentError {}
/** The account has too little for the entry. */
export class Overdrawn extends PermanentError {}

export const postEntry = callback(Entry, ({ accounts }: { accounts: WritableTable<"UpdateItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async ({ account, number, amount }, { signal, logger }) => {
    const isFirst = number === 1;
    try {
      await table.send(
        new UpdateCommand({
          TableName: accounts,
          Key: { account },
          UpdateExpression:
            "SET posted = :number, balance = if_not_exists(balance, :none) + :amount, " +
            "amounts = list_append(if_not_exists(amounts, :empty), :amounts)",
          ConditionExpression: isFirst ? "attribute_not_exists(account)" : "posted = :before AND balance >= :least",
          ExpressionAttributeValues: {
            ...{ ":number": number, ":amount": amount, ":none": 0, ":empty": [], ":amounts": [amount] },
            ...(!isFirst && { ":before": number - 1, ":least": -amount }),
          },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const { posted = 0, balance = 0 } = unmarshall(error.Item ?? {});
      if (posted >= number) logger.info("entry was posted before", { account, number });
      else if (posted < number - 1) throw new EntryMissing(`Entry ${posted + 1} of ${account} comes before ${number}.`);
      else throw new Overdrawn(`${account} has ${balance}, and entry ${number} takes ${-amount}.`);
    }
  };
});
