// On the alerts topic: a page that was viewed very often in one window.
import * as v from "valibot";

export const PageBusy = v.object({
  type: v.literal("page.busy"),
  page: v.string(),
  /** Start of the window, ISO 8601. */
  at: v.string(),
  views: v.number(),
});
export type PageBusy = v.InferOutput<typeof PageBusy>;
