// Raises an alert for a page that was viewed very often in a minute.
import { callback, type PublishTarget, publish, tableChange } from "spillway/callback";
import type { PageBusy } from "./contracts/page-busy";
import { PageViews } from "./contracts/page-views";

interface Bindings {
  readonly alerts: PublishTarget<PageBusy>;
  /** Views in a minute, as text. */
  readonly busyAbove: string;
}

export const raiseAlert = callback(tableChange(PageViews), ({ alerts, busyAbove }: Bindings) => {
  // A filter of the mapping cannot do this: a number in a change of a table is a text to it.
  const limit = Number(busyAbove);
  return async ({ newImage }, { correlationId }) => {
    if (newImage === undefined || newImage.views <= limit) return;
    const { page, window, at, views } = newImage;
    // The id is made of the row, so that the same row again is the same event.
    await publish(alerts, { type: "page.busy", page, at, views }, { id: `${page} ${window}`, correlationId });
  };
});
