// Makes the thumbnail of each uploaded image and notes it in the images table.
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { callback, type RecordContext, type WritableTable } from "spillway/callback";
import { ImageTooLarge, thumbnailOf } from "./thumbnail";
import { UploadEvent } from "./upload-event";

const mostBytes = 10_000_000;

interface Bindings {
  /** The name of each bucket. */
  readonly uploads: string;
  readonly thumbnails: string;
  readonly images: WritableTable<"UpdateItem">;
}

export const makeThumbnail = callback(UploadEvent, ({ uploads, thumbnails, images }: Bindings) => {
  const s3 = new S3Client({});
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

  const handle = async (image: string, sequencer: string, { signal, logger }: RecordContext): Promise<void> => {
    const original = await s3
      .send(new GetObjectCommand({ Bucket: uploads, Key: image }), { abortSignal: signal })
      .catch((error: unknown) => {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      });
    if (original?.Body === undefined) {
      logger.info("the image was deleted meanwhile", { image });
      return;
    }
    const { ContentLength = 0, ETag = "" } = original;
    if (ContentLength > mostBytes) {
      throw new ImageTooLarge(`${image} has ${ContentLength} bytes, and ${mostBytes} are allowed.`);
    }
    const { width, height, jpeg } = await thumbnailOf(await original.Body.transformToByteArray());
    // The content is part of the name, so that the same event again writes the same object, and a page that shows the
    // former thumbnail still finds it.
    const thumbnail = `${image}/${ETag.replaceAll('"', "")}.jpg`;
    await s3.send(new PutObjectCommand({ Bucket: thumbnails, Key: thumbnail, Body: jpeg, ContentType: "image/jpeg" }), {
      abortSignal: signal,
    });
    try {
      await table.send(
        new UpdateCommand({
          TableName: images,
          Key: { image },
          UpdateExpression: "SET thumbnail = :thumbnail, width = :width, height = :height, sequencer = :sequencer",
          // S3 does not keep the order of events: the earlier of two uploads must not replace the later one.
          ConditionExpression: "attribute_not_exists(sequencer) OR sequencer <= :sequencer",
          ExpressionAttributeValues: {
            ":thumbnail": thumbnail,
            ":width": width,
            ":height": height,
            ":sequencer": sequencer,
          },
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      logger.info("a later upload of the image was handled before", { image });
    }
  };

  return async (event, context) => {
    if ("Event" in event) return;
    for (const { s3: upload } of event.Records) {
      const key = decodeURIComponent(upload.object.key.replaceAll("+", " "));
      await handle(key, upload.object.sequencer, context);
    }
  };
});
