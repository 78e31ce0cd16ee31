// Reads the inputs and outputs of a resource of the evaluated program.
import type { GraphResource, Value } from "@spillway/graph";

export type Values = Readonly<Record<string, Value>>;

export const textIn = (values: Values, name: string): string | undefined => {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
};

export const numberIn = (values: Values, name: string): number | undefined => {
  const value = values[name];
  return typeof value === "number" ? value : undefined;
};

export const booleanIn = (values: Values, name: string): boolean | undefined => {
  const value = values[name];
  return typeof value === "boolean" ? value : undefined;
};

export const structureIn = (values: Values, name: string): Values | undefined => {
  const value = values[name];
  return isStructure(value) ? value : undefined;
};

export const structuresIn = (values: Values, name: string): readonly Values[] => {
  const value = values[name];
  return isList(value) ? value.filter(isStructure) : [];
};

/** A structure that may also be given as a list of one, as `destinationConfig.onFailure`. */
export const firstIn = (values: Values, name: string): Values | undefined =>
  structureIn(values, name) ?? structuresIn(values, name)[0];

/** The same, but empty if there is no such structure. */
export const partIn = (values: Values, name: string): Values => firstIn(values, name) ?? {};

export const textsIn = (values: Values, name: string): readonly string[] => {
  const value = values[name];
  return isList(value) ? value.filter((each) => typeof each === "string") : [];
};

/** A JSON document, given as text or as the structure itself. */
export const documentIn = (values: Values, name: string): string | undefined => {
  const value = values[name];
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** The resource's own tags and those that the provider's configuration adds. */
export function tagsOf(resource: GraphResource): Readonly<Record<string, string>> {
  const tags = structureIn(resource.outputs, "tagsAll") ?? structureIn(resource.inputs, "tags") ?? {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]));
}

/** The resource's name on AWS. */
export function physicalName(resource: GraphResource): string {
  const name = textIn(resource.outputs, "name") ?? textIn(resource.inputs, "name");
  if (name === undefined) throw new Error(`${described(resource)} has no name in the evaluated program.`);
  return name;
}

/** The resource in messages, such as `aws:sqs/queue:Queue "orders"`. */
export const described = (resource: GraphResource) => `${resource.type} "${resource.name}"`;

const isStructure = (value: Value | undefined): value is Values =>
  typeof value === "object" && value !== null && !isList(value);

function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}
