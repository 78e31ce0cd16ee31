// How every service creates the resources of its types: what the local run does not know is refused, never ignored.
import type { GraphResource, Value } from "@spillway/graph";
import type { Provisioner } from "./provision";
import { described, type Values } from "./values";

/** Properties of any resource that change nothing on one machine. */
const ofAnyResource = ["name", "namePrefix", "description", "region", "tags", "tagsAll"];

export interface Properties {
  /** The properties that are read, and those that change nothing on one machine. */
  readonly known: readonly string[];
  /** The messages for refused properties for which there is more to say than to leave them out. */
  readonly refused?: Readonly<Record<string, string>>;
}

/** Adds the name of the resource to each error, whether it is the provisioner's own or the service's. */
export function provisioner(
  properties: Properties,
  create: (resource: GraphResource) => void | Promise<void>,
): Provisioner {
  return async (resource) => {
    try {
      if (resource.options.importId !== undefined) {
        throw new Error("it imports what exists on AWS, which the local run cannot reach; run it without the import.");
      }
      refuseUnknown(resource.inputs, { ...properties, known: [...ofAnyResource, ...properties.known] });
      await create(resource);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof Error && "code" in error ? `${String(error.code).replace(/^.*#/, "")}: ` : "";
      throw new Error(`${described(resource)}: ${code}${message}`, { cause: error });
    }
  };
}

/** Throws an Error for unknown properties that have an effect. `prefix` is that of a structure, such as `target.`. */
export function refuseUnknown(values: Values, { known, refused = {} }: Properties, prefix = ""): void {
  const others = Object.entries(values).flatMap(([name, value]) =>
    known.includes(name) || isNothing(value) ? [] : [name],
  );
  if (others.length === 0) return;
  const own = others.find((name) => Object.hasOwn(refused, name));
  if (own !== undefined) throw new Error(refused[own]);
  const names = others.map((name) => `${prefix}${name}`).join(", ");
  const them = others.length === 1 ? "it" : "them";
  throw new Error(`the local run does not have ${names}; leave ${them} out of the program that is run locally.`);
}

/** AWS treats a property that is left out as off or empty. */
const isNothing = (value: Value | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === "" ||
  (typeof value === "object" && Object.values(value).every((member) => isNothing(member as Value)));
