// A callback that sums up readings over tumbling windows.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type Window, type WritableTable, windowCallback } from "spillway/callback";
import * as v from "valibot";

const Reading = v.object({ sensor: v.string(), value: v.number() });

export const addUp = windowCallback(Reading, ({ totals }: { totals: WritableTable }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (records, { state, isFinal, start, shardId }: Window<{ sum: number }>) => {
    const sum = records.reduce((total, { event }) => total + event.value, state?.sum ?? 0);
    if (isFinal) await table.send(new PutCommand({ TableName: totals, Item: { window: `${shardId} ${start}`, sum } }));
    return { sum };
  };
});
