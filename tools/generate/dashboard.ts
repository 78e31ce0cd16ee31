// The layout of the pipeline's dashboard, as a picture.

import type { Generator } from "@spillway/cli/generator";
import { dashboardPictures } from "@spillway/graph/read/dashboard-picture";
import { documentedGraph } from "./program";

export const dashboard: Generator = {
  name: "dashboard",
  files: ["docs/dashboard.svg"],
  make: async () => {
    const [picture] = dashboardPictures(await documentedGraph()).values();
    if (picture === undefined)
      throw new Error("The program has no dashboard; set the configuration's dashboard to true.");
    return picture;
  },
};
