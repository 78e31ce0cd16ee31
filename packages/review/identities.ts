// Resources that are two in the program and one on AWS: one is created and the other deleted in a deployment, or both
// exist.
import type { GraphResource } from "@spillway/graph";
import { type Identity, identityOf } from "@spillway/graph/read/identity";
import { nameOf } from "@spillway/graph/read/names";
import type { Comparison } from "./compare";
import { code } from "./markdown";

export interface IdentityWarnings {
  /** Lines of Markdown about resources that do not exist after the deployment, or that make it fail. */
  readonly deleted: readonly string[];
  /** Lines of Markdown about resources with two owners. */
  readonly shared: readonly string[];
}

export function identityWarnings(comparison: Comparison): IdentityWarnings {
  const { after, added, removed } = comparison;
  const identified = (resources: readonly GraphResource[]) =>
    resources.flatMap((resource) => {
      const identity = resource.custom ? identityOf(resource) : undefined;
      return identity === undefined ? [] : [{ resource, identity }];
    });
  const gone = identified(removed.filter(({ options }) => !options.retainOnDelete));
  const deleted = identified(added).flatMap(({ resource, identity }) => {
    const former = gone.find((other) => other.identity.key === identity.key)?.resource;
    return former === undefined ? [] : [deletedText(resource, former, identity, comparison)];
  });
  const first = new Map<string, GraphResource>();
  const shared = identified(after.resources).flatMap(({ resource, identity }) => {
    const other = first.get(identity.key);
    if (other === undefined) first.set(identity.key, resource);
    return other === undefined ? [] : [sharedText(other, resource, identity)];
  });
  return { deleted, shared };
}

function deletedText(
  created: GraphResource,
  former: GraphResource,
  identity: Identity,
  comparison: Comparison,
): string {
  const both = `${code(nameOf(created))} is created and ${code(nameOf(former))} deleted, and both ${areOne(identity)}`;
  const effect =
    identity.second === "joins"
      ? "Pulumi creates first and then deletes it, so that **none is left**, and the deployment says nothing."
      : "AWS refuses to create it while the former exists, and **the deployment fails**.";
  return `${both} ${effect} ${remedyOf(created, former, comparison)}`;
}

function remedyOf(created: GraphResource, former: GraphResource, comparison: Comparison): string {
  const owner = ownerOf(created, former, comparison);
  if (owner !== undefined) {
    const alias = `aliases: [{ name: ${JSON.stringify(owner.was.name)} }]`;
    return (
      `It is named after ${code(nameOf(owner.is))}, and Pulumi applies an alias that a transform adds too late for ` +
      `it: pass ${code(alias)} to that component as an option.`
    );
  }
  const renamed = created.type === former.type && created.parent === former.parent;
  const alias = renamed ? `{ name: ${JSON.stringify(former.name)} }` : JSON.stringify(former.urn);
  return `If it was renamed or moved, ${code(`aliases: [${alias}]`, 600)} on ${code(nameOf(created))} keeps it.`;
}

/**
 * The component that both are named after, as the subscription of a topic after its consumer, where it has another name
 * now and is kept by an alias. Spillway's own follow the aliases that are options, so this one was added later. Those
 * of the program itself follow none.
 */
function ownerOf(created: GraphResource, former: GraphResource, { after, matched, resources }: Comparison) {
  const parent = resources.get(created.parent ?? "");
  const parentWas = resources.get(matched.get(created.parent ?? "") ?? "");
  if (!parent?.type.startsWith("spillway:") || parentWas === undefined || parentWas.urn !== former.parent) {
    return undefined;
  }
  for (const is of after.resources) {
    const was = resources.get(matched.get(is.urn) ?? "");
    if (!is.type.startsWith("spillway:") || was === undefined || was.name === is.name) continue;
    const names = [`${parent.name}-${is.name}`, `${parentWas.name}-${was.name}`];
    if (created.name === names[0] && former.name === names[1]) return { is, was };
  }
  return undefined;
}

function sharedText(one: GraphResource, other: GraphResource, identity: Identity): string {
  const both = `${code(nameOf(one))} and ${code(nameOf(other))} ${areOne(identity)}`;
  return identity.second === "joins"
    ? `${both} They have the settings of the last one, and removing one removes both. Leave one out.`
    : `${both} AWS refuses the second, and **the deployment fails**. Leave one out.`;
}

function areOne({ properties }: Identity): string {
  const same =
    properties.length === 0 ? "the account has one" : `the same ${properties.map((name) => code(name)).join(", ")}`;
  return `are one on AWS (${same}).`;
}
