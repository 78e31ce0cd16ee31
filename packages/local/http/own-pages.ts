// The run's own pages: whether it is ready, and what the program exported.
import type { Value } from "@spillway/graph";
import type { FrontResponse, Route } from "../protocol/http";

/** `outputs` returns undefined until the run is ready. */
export function ownPages(outputs: () => Readonly<Record<string, Value>> | undefined): Route {
  const json = (status: number, body: unknown): FrontResponse => ({
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return {
    prefix: "/_spillway",
    handler: async ({ path }) => {
      const ready = outputs();
      if (path === "/_spillway/health")
        return json(ready === undefined ? 503 : 200, { status: ready === undefined ? "starting" : "ready" });
      if (path === "/_spillway/outputs")
        return ready === undefined ? json(503, { message: "The run is starting." }) : json(200, ready);
      return json(404, { message: `No page ${path}; there are /_spillway/health and /_spillway/outputs.` });
    },
  };
}
