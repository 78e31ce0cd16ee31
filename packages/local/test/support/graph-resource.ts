// A resource of a program as its evaluation answers it, for tests that create one without a program.
import type { GraphResource } from "@spillway/graph";

/** The options of a resource that its program gives none. */
const plainOptions: GraphResource["options"] = {
  protect: false,
  retainOnDelete: false,
  deleteBeforeReplace: false,
  ignoreChanges: [],
  replaceOnChanges: [],
  aliases: [],
  dependsOn: [],
  propertyDependencies: {},
  secrets: [],
  provider: undefined,
  importId: undefined,
};

/** @param outputs - What the resource answers beside its inputs, or instead of them. */
export const graphResource = (
  type: string,
  name: string,
  inputs: GraphResource["inputs"],
  outputs: GraphResource["outputs"] = {},
): GraphResource => ({
  urn: `urn:pulumi:dev::orders::${type}::${name}`,
  type,
  name,
  custom: true,
  parent: undefined,
  inputs,
  outputs: { ...inputs, ...outputs },
  id: undefined,
  options: plainOptions,
});
