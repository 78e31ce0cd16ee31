// Keeps the latest reading of each sensor: an item of the sensors table.
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import * as v from "valibot";

/** A record of the readings stream. Any other record becomes a dead letter at once, and the stream goes on. */
export const Reading = v.object({
  sensorId: v.pipe(v.string(), v.minLength(1)),
  celsius: v.pipe(v.number(), v.minValue(-273.15)),
  /** Milliseconds since 1970. */
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

export const keepLatest = callback(Reading, ({ sensors }: { sensors: WritableTable<"PutItem"> }) => {
  // This part runs once for each process, and the function below once for each reading.
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (reading, { logger, signal }) => {
    try {
      await table.send(
        new PutCommand({
          TableName: sensors,
          Item: reading,
          // A record may come again, also after a later one.
          ConditionExpression: "attribute_not_exists(#at) OR #at < :at",
          ExpressionAttributeNames: { "#at": "at" },
          ExpressionAttributeValues: { ":at": reading.at },
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      logger.info("a later reading is known", { sensorId: reading.sensorId });
    }
  };
});
