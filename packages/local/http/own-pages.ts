// The run's own pages: whether it is ready, which program it has, what that exported, and where the dead letters of its
// components are.
import type { Graph } from "@spillway/graph";
import { deadLettersIn } from "@spillway/graph/read/dead-letters";
import type { FrontResponse, Route } from "../protocol/http";
import type { Origin } from "./origin";

const starting = { message: "The run is starting." };

/** `program` returns undefined until the run is ready. */
export function ownPages(program: () => Pick<Graph, "outputs" | "resources"> | undefined, origin: Origin): Route {
  const json = (status: number, body: unknown): FrontResponse => ({
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return {
    prefix: "/_spillway",
    handler: async ({ path }) => {
      const ready = program();
      if (path === "/_spillway/health")
        return json(ready === undefined ? 503 : 200, { status: ready === undefined ? "starting" : "ready" });
      if (path === "/_spillway/program") return json(200, origin);
      if (path === "/_spillway/outputs") return ready === undefined ? json(503, starting) : json(200, ready.outputs);
      if (path === "/_spillway/dead-letters")
        return ready === undefined ? json(503, starting) : json(200, deadLettersIn(ready));
      return json(404, {
        message: `No page ${path}; there are /_spillway/health, /_spillway/program, /_spillway/outputs and /_spillway/dead-letters.`,
      });
    },
  };
}
