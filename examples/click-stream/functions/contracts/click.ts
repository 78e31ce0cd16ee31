// `POST /clicks`, and a record of the clicks stream, with the page as its partition key.
import * as v from "valibot";

export const Click = v.object({
  page: v.pipe(v.string(), v.regex(/^\/[\w\-./]{0,199}$/)),
  visitor: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
});
