// Compares two graphs of a program: resources that are added, removed, changed and replaced.

import type { Graph, GraphResource, ResourceOptions, Value } from "@spillway/graph";
import { matchFormer } from "@spillway/graph/read/aliases";
import { type Effect, effectOf } from "@spillway/graph/read/replacement";
import { type Difference, differencesOf } from "./difference";
import { References, urnsIn, withoutNames } from "./references";

export interface PropertyChange {
  readonly property: string;
  readonly effect: Effect;
  /** Whether the values are secret, and never shown. */
  readonly secret: boolean;
  /** Whether it changes only because it names resources that were added or removed. */
  readonly follows: boolean;
  readonly differences: readonly Difference[];
}

export interface ResourceChange {
  readonly before: GraphResource;
  readonly after: GraphResource;
  /** Whether it had another URN, and an alias keeps it. */
  readonly renamed: boolean;
  readonly properties: readonly PropertyChange[];
  readonly options: readonly Difference[];
  /** The most serious effect of its properties; undefined where none changed. */
  readonly effect: Effect | undefined;
}

export interface Comparison {
  readonly before: Graph;
  readonly after: Graph;
  /** Without components, which do not exist on AWS. */
  readonly added: readonly GraphResource[];
  readonly removed: readonly GraphResource[];
  readonly changed: readonly ResourceChange[];
  /** URN now → URN before. */
  readonly matched: ReadonlyMap<string, string>;
  /** Resources of both graphs, by the URN with which values refer to them. */
  readonly resources: ReadonlyMap<string, GraphResource>;
}

const gravity: readonly Effect[] = ["in place", "may replace", "replaces"];
const shownOptions = ["protect", "retainOnDelete", "deleteBeforeReplace", "ignoreChanges", "replaceOnChanges"] as const;

export function compareGraphs(before: Graph, after: Graph): Comparison {
  const matched = matchFormer(after, before);
  const now = new Map([...matched].map(([is, was]) => [was, is]));
  const identityOf = (urn: string) => now.get(urn) ?? urn;
  const old = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const added = after.resources.filter(({ urn, custom }) => custom && !matched.has(urn));
  const removed = before.resources.filter(({ urn, custom }) => custom && !now.has(urn));
  const moving = new Set([...added, ...removed].map(({ urn }) => urn));
  const naming: Naming = { was: new References(before, identityOf), is: new References(after), moving };

  const changed: ResourceChange[] = [];
  for (const resource of after.resources) {
    const former = old.get(matched.get(resource.urn) ?? "");
    if (former === undefined || !resource.custom) continue;
    const change = changeOf(former, resource, naming);
    if (change.renamed || change.properties.length > 0 || change.options.length > 0) changed.push(change);
  }
  const resources = new Map([...before.resources, ...after.resources].map((resource) => [resource.urn, resource]));
  const comparison = { before, after, added, removed, matched, resources };
  return { ...comparison, changed: withConsequences(changed, after, old, naming, matched) };
}

interface Naming {
  readonly was: References;
  readonly is: References;
  readonly moving: ReadonlySet<string>;
}

function changeOf(before: GraphResource, after: GraphResource, naming: Naming): ResourceChange {
  const names = new Set([...Object.keys(before.inputs), ...Object.keys(after.inputs)]);
  const properties: PropertyChange[] = [];
  for (const property of names) {
    if (after.options.ignoreChanges.some((path) => path === property || path === "*")) continue;
    const was = inputOf(before, property, naming.was);
    const is = inputOf(after, property, naming.is);
    const differences = differencesOf(property, was, is);
    if (differences.length === 0) continue;
    properties.push({
      property,
      effect: effectOf(after.type, property, was, is, after.options.replaceOnChanges),
      secret: before.options.secrets.includes(property) || after.options.secrets.includes(property),
      follows: followsOnly(differences, naming.moving),
      differences,
    });
  }
  return {
    before,
    after,
    renamed: before.urn !== after.urn,
    properties,
    options: optionsChanged(before.options, after.options),
    effect: gravest(properties),
  };
}

function inputOf({ inputs, options }: GraphResource, property: string, references: References): Value | undefined {
  const value = inputs[property];
  return value === undefined ? undefined : references.in(value, options.propertyDependencies[property] ?? []);
}

/** Whether the values differ only in references to added and removed resources. */
function followsOnly(differences: readonly Difference[], moving: ReadonlySet<string>): boolean {
  const texts = (side: "before" | "after") =>
    differences.map((difference) => withoutNames(difference[side] ?? "", moving)).filter((text) => text !== "");
  const named = differences.some(({ before = "", after = "" }) => /⟦/.test(before + after));
  return named && texts("before").sort().join("\n") === texts("after").sort().join("\n");
}

function optionsChanged(before: ResourceOptions, after: ResourceOptions): Difference[] {
  return shownOptions.flatMap((option) => differencesOf(option, before[option], after[option]));
}

function gravest(properties: readonly PropertyChange[]): Effect | undefined {
  return properties.map(({ effect }) => effect).sort((a, b) => gravity.indexOf(b) - gravity.indexOf(a))[0];
}

/**
 * Adds resources that refer to a replaced resource: they change with it, because the new one has another name, and may
 * be replaced, too.
 */
function withConsequences(
  direct: readonly ResourceChange[],
  after: Graph,
  old: ReadonlyMap<string, GraphResource>,
  { is }: Naming,
  matched: ReadonlyMap<string, string>,
): readonly ResourceChange[] {
  const changes = new Map(direct.map((change) => [change.after.urn, change]));
  const pending = direct.filter(isRenamedOnAws);
  const naming = pending.length === 0 ? new Map<string, readonly Mention[]>() : mentions(after, is);
  const seen = new Set<string>();
  for (let replaced = pending.pop(); replaced !== undefined; replaced = pending.pop()) {
    if (seen.has(replaced.after.urn)) continue;
    seen.add(replaced.after.urn);
    for (const { resource, property, value } of naming.get(replaced.after.urn) ?? []) {
      const former = old.get(matched.get(resource.urn) ?? "");
      if (former === undefined) continue;
      const current = changes.get(resource.urn) ?? { before: former, after: resource, renamed: false, options: [] };
      const known = "properties" in current ? current.properties : [];
      if (known.some((change) => change.property === property)) continue;
      const effect = effectOf(resource.type, property, value, value, resource.options.replaceOnChanges);
      const properties = [...known, { property, effect, secret: false, follows: true, differences: [] }];
      const change = { ...current, properties, effect: gravest(properties) };
      changes.set(resource.urn, change);
      if (isRenamedOnAws(change)) pending.push(change);
    }
  }
  const order = new Map(after.resources.map(({ urn }, index) => [urn, index]));
  return [...changes.values()].sort((a, b) => (order.get(a.after.urn) ?? 0) - (order.get(b.after.urn) ?? 0));
}

interface Mention {
  readonly resource: GraphResource;
  readonly property: string;
  readonly value: Value | undefined;
}

/** The properties that refer to a resource, by its URN. */
function mentions({ resources }: Graph, references: References): ReadonlyMap<string, readonly Mention[]> {
  const found = new Map<string, Mention[]>();
  for (const resource of resources.filter(({ custom }) => custom)) {
    for (const property of Object.keys(resource.inputs)) {
      const value = inputOf(resource, property, references);
      for (const urn of urnsIn(JSON.stringify(value))) {
        const own = found.get(urn) ?? [];
        if (own.push({ resource, property, value }) === 1) found.set(urn, own);
      }
    }
  }
  return found;
}

/** A name in the program stays the same, and so does whatever contains it. */
function isRenamedOnAws({ effect, before, after }: ResourceChange): boolean {
  const fixed = typeof after.inputs.name === "string" && after.inputs.name === before.inputs.name;
  return effect === "replaces" && !fixed;
}
