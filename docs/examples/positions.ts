// The newest position of each vehicle, in whatever order positions come and however often.
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import * as v from "valibot";

const Position = v.object({
  vehicle: v.string(),
  at: v.pipe(v.string(), v.isoTimestamp()),
  latitude: v.number(),
  longitude: v.number(),
});

export const trackVehicle = callback(Position, ({ vehicles }: { vehicles: WritableTable<"UpdateItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async ({ vehicle, at, latitude, longitude }, { signal, logger }) => {
    try {
      await table.send(
        new UpdateCommand({
          TableName: vehicles,
          Key: { vehicle },
          UpdateExpression: "SET seenAt = :at, latitude = :latitude, longitude = :longitude",
          ConditionExpression: "attribute_not_exists(seenAt) OR seenAt < :at", // ISO 8601 in UTC compares as text
          ExpressionAttributeValues: { ":at": at, ":latitude": latitude, ":longitude": longitude },
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      logger.debug("a newer position is known", { vehicle, at });
    }
  };
});
