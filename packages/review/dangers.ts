// What a change does that cannot be undone: it deletes data, repeats records, or removes what protects data.
import type { GraphResource, Value } from "@spillway/graph";
import { nameOf } from "@spillway/graph/read/names";
import { protectionsOf, resourceType } from "@spillway/graph/resource-types";
import { ofCheckpoint } from "./checkpoint-dangers";
import type { Comparison, ResourceChange } from "./compare";
import type { Danger } from "./danger";
import { same } from "./difference";
import { code } from "./markdown";

/** In the order of the resources, first those that are removed. */
export function dangersOf(comparison: Comparison): readonly Danger[] {
  const { removed, changed } = comparison;
  return [
    ...removed.flatMap((resource) => ofRemoved(resource, comparison)),
    ...changed.flatMap((change) => [
      ...ofReplaced(change),
      ...ofCheckpoint(change),
      ...ofStream(change),
      ...ofProtection(change),
    ]),
  ];
}

function ofRemoved(resource: GraphResource, comparison: Comparison): Danger[] {
  const name = code(nameOf(resource));
  const { urn, type, options, inputs } = resource;
  const { data, net } = resourceType(type);
  if (data === undefined) {
    return net === undefined ? [] : [{ kind: "protection", urn, text: `${name} is deleted: ${net}.` }];
  }
  if (options.retainOnDelete || inputs.skipDestroy === true) {
    return [{ kind: "protection", urn, text: `${name} is left on AWS as it is, and no longer managed here.` }];
  }
  const text =
    `${name} is **deleted**, with ` +
    `${data.loss}.${ofKey(resource)}${guarded(resource)}${renamedTo(resource, comparison)}`;
  return [{ kind: "data", urn, text }];
}

/**
 * A key cannot be used while it waits for its deletion:
 * https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
 */
function ofKey({ type, inputs }: GraphResource): string {
  if (type !== "aws:kms/key:Key") return "";
  const days = Number(inputs.deletionWindowInDays ?? 30);
  return (
    " Messages, records, items, backups and logs that are encrypted with it cannot be read from then on, even " +
    "where new data is encrypted with another key. " +
    `Keep it until they are gone: as ${code("formerKmsKeyArn")}, or with ${code("encryption: aws-keeping-key")} ` +
    "in this project. " +
    `For ${days} days the deletion can be cancelled, with ${code("aws kms cancel-key-deletion")} and ` +
    `${code("aws kms enable-key")}.`
  );
}

/**
 * Whether an added resource looks like the removed one under another name. An alias on the outermost renamed resource
 * would keep it.
 */
function renamedTo(resource: GraphResource, { added, matched, resources }: Comparison): string {
  const successor = added.find((other) => other.type === resource.type && likeness(other, resource));
  if (successor === undefined) return "";
  const kept = new Set([...matched].flat());
  const outermost = (from: GraphResource): GraphResource => {
    const parent = resources.get(from.parent ?? "");
    return parent === undefined || kept.has(parent.urn) ? from : outermost(parent);
  };
  const [was, is] = [outermost(resource), outermost(successor)];
  if (was.type !== is.type) return "";
  const alias = `aliases: [{ name: ${JSON.stringify(was.name)} }]`;
  return (
    ` ${code(nameOf(successor))} is added and looks like it: if it was renamed, ${code(alias)} on ` +
    `${code(nameOf(is))} keeps it.`
  );
}

/** Whether inputs are the same except for names and references. */
function likeness({ inputs }: GraphResource, other: GraphResource): boolean {
  const plain = (all: Readonly<Record<string, Value>>): Value =>
    Object.fromEntries(
      Object.entries(all).filter(([, value]) => typeof value !== "string" || !/arn:|:\/\//.test(value)),
    );
  return same(plain(inputs), plain(other.inputs));
}

function ofReplaced({ before, after, effect, properties }: ResourceChange): Danger[] {
  const { data } = resourceType(after.type);
  if (data === undefined || effect !== "replaces") return [];
  const because = properties.filter((change) => change.effect === "replaces").map(({ property }) => code(property));
  const text =
    `${code(nameOf(after))} is **replaced**, because ${because.join(", ")} cannot be changed: a new ${data.noun} ` +
    `is made, and the old one is deleted with ${data.loss}.`;
  return [{ kind: "data", urn: after.urn, text: text + guarded(before) }];
}

function guarded({ options, inputs }: GraphResource): string {
  if (options.protect) {
    return " It is protected: Pulumi refuses, and the deployment fails, until an earlier deployment has set `protect` to false.";
  }
  return inputs.deletionProtectionEnabled === true
    ? " Its deletion protection makes AWS refuse, and the deployment fail."
    : "";
}

/**
 * The view type of a stream cannot be changed:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
function ofStream({ after, before, properties }: ResourceChange): Danger[] {
  if (after.type !== "aws:dynamodb/table:Table" || before.inputs.streamEnabled !== true) return [];
  const changed = properties.find(({ property }) => property === "streamEnabled" || property === "streamViewType");
  if (changed === undefined) return [];
  const stays = after.inputs.streamEnabled === true;
  const text =
    `${code(nameOf(after))}: its stream **ends**${stays ? " and another one begins, under another ARN" : ""}; ` +
    "a consumer loses the records that it has not read by then.";
  return [{ kind: "data", urn: after.urn, text }];
}

function ofProtection({ before, after, options, properties }: ResourceChange): Danger[] {
  const name = code(nameOf(after));
  const danger = (text: string): Danger => ({ kind: "protection", urn: after.urn, text: `${name}: ${text}.` });
  const lifted = options
    .filter(({ path, after: is }) => (path === "protect" || path === "retainOnDelete") && is === "false")
    .map(({ path }) => danger(`${code(path)} is lifted; from now on it can be deleted and replaced`));
  const changed = new Set(properties.map(({ property }) => property));
  const weakened = protectionsOf(after.type).filter(
    ({ property, weakens }) =>
      changed.has(property) && weakens(before.inputs[property], after.inputs[property], after.inputs),
  );
  return [...lifted, ...weakened.map(({ property, text }) => danger(`${text} (${code(property)})`))];
}
