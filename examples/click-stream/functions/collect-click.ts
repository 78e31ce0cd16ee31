// Takes clicks from the endpoint's queue to the stream.
import { callback, put, type StreamTarget } from "spillway/callback";
import type * as v from "valibot";
import { Click } from "./contracts/click";

type Bindings = { readonly clicks: StreamTarget<v.InferOutput<typeof Click>> };

export const collectClick = callback(Click, ({ clicks }: Bindings) => {
  return async (click, { id, correlationId }) => {
    // All clicks of a page go to one shard, so that one row counts them.
    await put(clicks, click, { partitionKey: click.page, id, correlationId });
  };
});
