// A row of the views table: how often a page was viewed in a window.
import * as v from "valibot";

export const PageViews = v.object({
  page: v.string(),
  /** Start of the window and the shard that counted it. */
  window: v.string(),
  /** Start of the window, ISO 8601. */
  at: v.string(),
  views: v.number(),
});
export type PageViews = v.InferOutput<typeof PageViews>;
