// Names under which a component was known before, for what is named after it and is a child of somebody else.
import * as pulumi from "@pulumi/pulumi";

/**
 * Aliases for a resource that is named after `owner` without being its child: a subscription is the topic's, and bears
 * the consumer's name. Pulumi hands a parent's aliases on to its children only. Without these a rename of `owner` would
 * make a new resource and delete the old one, which on AWS are one and the same.
 *
 * Every form of alias that Pulumi takes counts, known at once or later: a URN, and `{ name }`. One that names only
 * another parent, type, project or stack leaves the name as it is, and so nothing to follow. Aliases of the owner's
 * parents count as far as Pulumi hands them on: to a name that begins with the parent's. Those that a transform adds
 * count where it is an option of a resource (`transformations`); the engine applies `transforms` later, so write these
 * aliases as options.
 */
export function aliasesAfter(
  owner: pulumi.Resource,
  nameOf: (ownersName: string) => string,
): readonly { readonly name: pulumi.Output<string> }[] {
  return formerNames(owner).map((name) => ({ name: name.apply(nameOf) }));
}

/** A component's own former names, and for each parent's former name those that come with it. */
export function formerNames(resource: pulumi.Resource): readonly pulumi.Output<string>[] {
  const { name, aliases, parent } = knownOf(resource);
  const own = aliases.map((urn) => pulumi.output(urn).apply(nameIn));
  if (parent === undefined) return own;
  const parentsName = knownOf(parent).name;
  const inherited = formerNames(parent).flatMap((parentsFormer) =>
    [pulumi.output(name), ...own].map((mine) =>
      pulumi
        .all([mine, parentsFormer])
        .apply(([is, was]) => (is.startsWith(parentsName) ? was + is.slice(parentsName.length) : is)),
    ),
  );
  return [...own, ...inherited];
}

interface Known {
  readonly name: string;
  /** URNs. */
  readonly aliases: readonly pulumi.Input<string>[];
  readonly parent: pulumi.Resource | undefined;
}

/**
 * What Pulumi's runtime keeps of a resource and has no public name for. Throws where it keeps it no longer: to go on
 * without aliases would lose events in silence.
 */
function knownOf(resource: pulumi.Resource): Known {
  const parent = "__parentResource" in resource ? resource.__parentResource : undefined;
  if (
    "__name" in resource &&
    typeof resource.__name === "string" &&
    "__aliases" in resource &&
    Array.isArray(resource.__aliases)
  ) {
    return {
      name: resource.__name,
      aliases: resource.__aliases,
      parent: pulumi.Resource.isInstance(parent) ? parent : undefined,
    };
  }
  throw new pulumi.RunError(
    "This version of @pulumi/pulumi does not expose the aliases of a resource, which resources named after it must " +
      "follow; use version 3.270.",
  );
}

/** A URN ends with the name, which may have colons itself. */
function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
