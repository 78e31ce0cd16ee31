// What S3 sends to the queue: an upload, or the test message with which each notification begins.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
import * as v from "valibot";

const Upload = v.object({
  s3: v.object({
    object: v.object({
      /** Encoded as in a form: "red flower.jpg" is `red+flower.jpg`. */
      key: v.string(),
      /** Of two uploads with the same key, the later one has the greater text. */
      sequencer: v.string(),
    }),
  }),
});

export const UploadEvent = v.union([
  v.object({ Records: v.array(Upload) }),
  v.object({ Event: v.literal("s3:TestEvent") }),
]);
