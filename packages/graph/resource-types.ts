// The one table of what is known of each type of resources: what it is called, what identifies and replaces it, what is
// lost with it, where its events come from and go to, and where its dead letters go. The rules for names, and what AWS
// computes, are in evaluate/, because only the evaluation needs them, and it starts faster without the rest.
import type { GraphResource, Value } from "./graph";
import { endpoints } from "./resource-types/endpoints";
import { handlers } from "./resource-types/handlers";
import type { Protection, ResourceType, ResourceTypes } from "./resource-types/resource-type";
import { valueAt, wasOn, wasThere } from "./resource-types/rules";
import { sources } from "./resource-types/sources";
import { surroundings } from "./resource-types/surroundings";

export const resourceTypes: ResourceTypes = { ...sources, ...handlers, ...endpoints, ...surroundings };

const unknown: ResourceType = {};

/** Nothing is known of a type that is not in the table. */
export const resourceType = (type: string): ResourceType => resourceTypes[type] ?? unknown;

/**
 * The value in the inputs that names the source or the target of the events, or the role in which AWS acts for the
 * resource.
 */
export const namedBy = (
  { type, inputs }: Pick<GraphResource, "type" | "inputs">,
  what: "source" | "target" | "role",
): Value | undefined => {
  const path = resourceType(type)[what];
  return path === undefined ? undefined : valueAt(inputs, path);
};

/** The ARN to which the resource sends its dead letters; undefined where it has none. */
export function deadLetterArn({ type, inputs }: Pick<GraphResource, "type" | "inputs">): string | undefined {
  const { deadLetters } = resourceType(type);
  const arn = deadLetters === undefined ? undefined : valueAt(inputs, deadLetters.to);
  return typeof arn === "string" ? arn : undefined;
}

/** Properties that protect data or access in every type that has them. */
const common: readonly Protection[] = [
  { property: "deletionProtectionEnabled", weakens: wasOn, text: "deletion protection is off" },
  {
    property: "kmsMasterKeyId",
    weakens: wasThere,
    text: "the customer managed key is removed; messages that are in it stay encrypted with that key",
  },
  { property: "kmsKeyId", weakens: wasThere, text: "the key is removed" },
];

/** All properties of the type that protect data or access, or keep dead letters. */
export function protectionsOf(type: string): readonly Protection[] {
  const { deadLetters, protections = [] } = resourceType(type);
  if (deadLetters === undefined) return [...common, ...protections];
  const [property = ""] = deadLetters.to.split(".");
  const at = (value: Value | undefined) =>
    value === undefined ? undefined : valueAt({ [property]: value }, deadLetters.to);
  const kept: Protection = {
    property,
    weakens: (before, after) => wasThere(at(before), at(after)),
    text: "its dead letters are removed",
  };
  return [...common, kept, ...protections];
}
