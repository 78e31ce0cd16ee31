// The notifications of S3 as a schema, and a callback for the objects in them.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type WritableTable } from "spillway/callback";
import * as v from "valibot";

const Upload = v.object({
  s3: v.object({
    bucket: v.object({ name: v.string() }),
    object: v.object({
      // As in a form: "a b" comes as "a+b".
      key: v.pipe(
        v.string(),
        v.transform((key) => decodeURIComponent(key.replaceAll("+", " "))),
      ),
      size: v.number(),
      sequencer: v.string(), // grows with each upload of the same key
    }),
  }),
});
/** S3 sends the test when the notification is created. Otherwise it would become a dead letter. */
const Notification = v.union([
  v.object({ Records: v.array(Upload) }),
  v.pipe(
    v.object({ Event: v.literal("s3:TestEvent") }),
    v.transform(() => ({ Records: [] })),
  ),
]);

export const noteUpload = callback(Notification, ({ uploads }: { uploads: WritableTable<"PutItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async ({ Records }, { signal }) => {
    for (const { s3 } of Records) {
      const { key, size } = s3.object;
      const Item = { key, size, bucket: s3.bucket.name };
      await table.send(new PutCommand({ TableName: uploads, Item }), { abortSignal: signal });
    }
  };
});
