// What the policy pack finds in both graphs: new, resolved and remaining findings.

import type { Comparison } from "./compare";
import type { Finding } from "./policy-findings";

export interface FindingChanges {
  /** Mandatory findings come first, here and in `remaining`. */
  readonly added: readonly Finding[];
  readonly resolved: readonly Finding[];
  readonly remaining: readonly Finding[];
}

export function findingChanges(
  before: readonly Finding[],
  after: readonly Finding[],
  { matched }: Pick<Comparison, "matched">,
): FindingChanges {
  const now = new Map([...matched].map(([is, was]) => [was, is]));
  // A finding of a resource stays the same when a number in its message changes.
  const keyOf = ({ policy, urn, message }: Finding, identify: (urn: string) => string) =>
    urn === undefined ? `${policy} "${message}"` : `${policy} ${identify(urn)}`;
  const isKey = (finding: Finding) => keyOf(finding, (urn) => urn);
  const wasKey = (finding: Finding) => keyOf(finding, (urn) => now.get(urn) ?? urn);
  const [was, is] = [new Set(before.map(wasKey)), new Set(after.map(isKey))];
  const inOrder = [...after].sort((a, b) => Number(a.level === "advisory") - Number(b.level === "advisory"));
  return {
    added: inOrder.filter((finding) => !was.has(isKey(finding))),
    resolved: before.filter((finding) => !is.has(wasKey(finding))),
    remaining: inOrder.filter((finding) => was.has(isKey(finding))),
  };
}
