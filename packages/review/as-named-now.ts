// The earlier graph with the present names: a resource that an alias keeps is the same one, and renaming it changes no
// permission.
import type { Graph } from "@spillway/graph";
import type { Comparison } from "./compare";

export function asNamedNow({ before, after, matched }: Comparison): Graph {
  const now = new Map(after.resources.map((resource) => [matched.get(resource.urn), resource]));
  const urnOf = (urn: string) => now.get(urn)?.urn ?? urn;
  const resources = before.resources.map((resource) => {
    const { urn, name, parent, options } = resource;
    const propertyDependencies = Object.entries(options.propertyDependencies).map(
      ([property, urns]) => [property, urns.map(urnOf)] as const,
    );
    return {
      ...resource,
      urn: urnOf(urn),
      name: now.get(urn)?.name ?? name,
      parent: parent === undefined ? undefined : urnOf(parent),
      options: {
        ...options,
        dependsOn: options.dependsOn.map(urnOf),
        propertyDependencies: Object.fromEntries(propertyDependencies),
      },
    };
  });
  return { ...before, resources };
}
