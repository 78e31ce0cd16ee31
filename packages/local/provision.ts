// Creates the resources of the evaluated program on the services of the run, in an order in which each finds what it
// needs.
import type { GraphResource } from "@spillway/graph";
import type { Provisioners } from "./service/provision";

/**
 * Creates the resources in the order of their registration, in which everything that a resource needs comes before it.
 * Event source mappings come last, after `check` has passed, because they start to read at once.
 */
export async function provision(
  custom: readonly GraphResource[],
  provisioners: Provisioners,
  check: () => void,
  signal?: AbortSignal,
): Promise<void> {
  const starts = (resource: GraphResource) => resource.type === "aws:lambda/eventSourceMapping:EventSourceMapping";
  const create = async (chosen: readonly GraphResource[]) => {
    for (const resource of chosen) {
      signal?.throwIfAborted();
      await provisioners[resource.type]?.(resource);
    }
  };
  await create(custom.filter((each) => !starts(each)));
  check();
  await create(custom.filter(starts));
}
