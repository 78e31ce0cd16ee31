// Finds the resource of an earlier graph that a resource continues: by its URN, otherwise by an alias, as Pulumi's
// engine does.
import type { Graph, GraphResource, Value } from "../graph";

type Place = Pick<Graph, "project" | "stack">;

type Sent<T> = { readonly [Key in keyof T]?: T[Key] | null };

/** An alias as the runtime sends it: a URN, or the parts that differ from the present ones. */
type Alias = Sent<{
  urn: string;
  spec: Sent<{ name: string; type: string; stack: string; project: string; parenturn: string; noparent: boolean }>;
}>;

const stackType = "pulumi:pulumi:Stack";

/**
 * Every former URN of the resource, in the order in which the engine looks: those of its own aliases, then those that
 * follow from each former URN of its parent. A child whose name begins with the name of its parent gets the former name
 * of the parent there.
 */
export function formerUrns(resource: GraphResource, graph: Graph): readonly string[] {
  const parent = graph.resources.find(({ urn }) => urn === resource.parent);
  const ofParent = parent === undefined || parent.type === stackType ? [] : formerUrns(parent, graph);
  const urns = [undefined, ...ofParent].flatMap((formerParent) => aliasesOf(resource, graph, formerParent));
  return [...new Set(urns)].filter((urn) => urn !== resource.urn);
}

/**
 * URN of each resource of `after` that exists already in `before` → its URN there. As in the engine, the alias of a
 * parent applies to its children only where it was needed to find the parent, and each former resource is matched once.
 */
export function matchFormer(after: Graph, before: Graph): ReadonlyMap<string, string> {
  const known = new Set(before.resources.map(({ urn }) => urn));
  const matched = new Map<string, string>();
  const taken = new Set<string>();
  // A resource whose URN exists already is the same one, whatever aliases other resources have.
  for (const { urn } of after.resources) if (known.has(urn)) taken.add(urn);
  for (const resource of after.resources) {
    if (known.has(resource.urn)) {
      matched.set(resource.urn, resource.urn);
      continue;
    }
    const former = resource.parent === undefined ? undefined : matched.get(resource.parent);
    const found = aliasesOf(resource, after, former === resource.parent ? undefined : former).find(
      (urn) => known.has(urn) && !taken.has(urn),
    );
    if (found === undefined) continue;
    taken.add(found);
    matched.set(resource.urn, found);
  }
  return matched;
}

/**
 * The rules of the engine: `generateAliases` in
 * https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
 */
function aliasesOf(resource: GraphResource, place: Place, formerParent: string | undefined): readonly string[] {
  const own = resource.options.aliases.map((alias) => urnOf(alias, resource, place, formerParent));
  if (formerParent === undefined || resource.parent === undefined) return own;
  const parentName = partsOf(resource.parent).name;
  const inherited = [resource, ...own.map(partsOf)].map(({ type, name }) => {
    const formerName = name.startsWith(parentName) ? partsOf(formerParent).name + name.slice(parentName.length) : name;
    return makeUrn(place, formerParent, type, formerName);
  });
  return [...own, ...inherited];
}

function urnOf(alias: Value, resource: GraphResource, place: Place, formerParent: string | undefined): string {
  if (typeof alias === "string") return alias;
  const { urn, spec } = alias as Alias;
  if (urn) return urn;
  // A parent that is found by an alias had its former URN when this resource was created.
  const given = spec?.parenturn === resource.parent ? (formerParent ?? spec?.parenturn) : spec?.parenturn;
  const parent = spec?.noparent === true ? undefined : given || resource.parent;
  return makeUrn(
    { project: spec?.project || place.project, stack: spec?.stack || place.stack },
    parent,
    spec?.type || resource.type,
    spec?.name || resource.name,
  );
}

function makeUrn({ project, stack }: Place, parent: string | undefined, type: string, name: string): string {
  const parentType = parent === undefined ? stackType : partsOf(parent).qualifiedType;
  return `urn:pulumi:${stack}::${project}::${parentType === stackType ? type : `${parentType}$${type}`}::${name}`;
}

function partsOf(urn: string): { readonly qualifiedType: string; readonly type: string; readonly name: string } {
  const [, , qualifiedType = "", ...name] = urn.split("::");
  return { qualifiedType, type: qualifiedType.split("$").pop() ?? "", name: name.join("::") };
}
