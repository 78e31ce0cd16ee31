// The one table of what is known of each type of resources: what it is called, what makes it and replaces it, what is lost with it,
// where its events come from, go to, and end as dead letters. What AWS allows for names and computes is with the evaluation, which alone
// needs it and starts faster without the rest.
import type { GraphResource, Value } from "./graph";
import { endpoints } from "./resource-types/endpoints";
import { handlers } from "./resource-types/handlers";
import type { Protection, ResourceType, ResourceTypes } from "./resource-types/resource-type";
import { valueAt, wasOn, wasThere } from "./resource-types/rules";
import { sources } from "./resource-types/sources";
import { surroundings } from "./resource-types/surroundings";

export const resourceTypes: ResourceTypes = { ...sources, ...handlers, ...endpoints, ...surroundings };

const unknown: ResourceType = {};

/** Of a type that is not in the table, nothing is known. */
export const resourceType = (type: string): ResourceType => resourceTypes[type] ?? unknown;

/** What the resource names as what its events come from, and go to, and as the role in which AWS acts for it. */
export const namedBy = (
  { type, inputs }: Pick<GraphResource, "type" | "inputs">,
  what: "source" | "target" | "role",
): Value | undefined => {
  const path = resourceType(type)[what];
  return path === undefined ? undefined : valueAt(inputs, path);
};

/** The ARN of where the resource puts what it gives up; undefined: nowhere. */
export function deadLetterArn({ type, inputs }: Pick<GraphResource, "type" | "inputs">): string | undefined {
  const { deadLetters } = resourceType(type);
  const arn = deadLetters === undefined ? undefined : valueAt(inputs, deadLetters.to);
  return typeof arn === "string" ? arn : undefined;
}

/** Properties that protect in every type that has them. */
const common: readonly Protection[] = [
  { property: "deletionProtectionEnabled", weakens: wasOn, text: "deletion protection is off" },
  {
    property: "kmsMasterKeyId",
    weakens: wasThere,
    text: "the customer managed key is removed; messages that are in it stay encrypted with that key",
  },
  { property: "kmsKeyId", weakens: wasThere, text: "the key is removed" },
];

/** What protects data and access, and keeps what cannot be handled. */
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
