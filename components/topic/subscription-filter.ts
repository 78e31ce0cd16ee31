// Which events of a topic a subscription gets: the arguments, what SNS allows for them, and its filter policy.

import type { ArgumentErrors } from "../base/argument-errors";
import { compileFilter } from "../syntax/filter-policy";
import { InvalidPattern } from "../syntax/invalid-pattern";

/** Which events of a topic are delivered. `K`: their types. */
export interface SubscriptionFilter<K extends string> {
  /**
   * The types of events to deliver, by the message attribute `type`, which `publish` sets.
   * @default all types
   * @example ["order.placed"]
   */
  readonly types?: readonly K[];
  /**
   * Further conditions in SNS's filter policy syntax, on message attributes or on the body (`filterScope`). A filter
   * has at most five keys, and `types` is one of them.
   * @default none
   * @example { country: ["DE", "FR"] }
   */
  readonly filter?: Readonly<Record<string, unknown>>;
  /**
   * What `filter` and `types` apply to: `MessageAttributes` or `MessageBody`.
   * @default `MessageAttributes`
   */
  readonly filterScope?: "MessageAttributes" | "MessageBody";
}

const mostKeys = 5;
const mostCombinations = 150;

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
export function checkSubscriptionFilter(args: SubscriptionFilter<string>, errors: ArgumentErrors): void {
  const { types, filter = {}, filterScope = "MessageAttributes" } = args;
  if (types?.length === 0) errors.add("types is empty, so nothing would be delivered; leave it out for all types.");
  if (types !== undefined && "type" in filter) {
    errors.add("types and filter.type both say which types are delivered; give one of them.");
  }
  const keys = Object.entries({ ...filter, ...(types !== undefined && { type: types }) });
  if (keys.length > mostKeys) {
    errors.add(`the filter has ${keys.length} keys (types is one of them); SNS allows ${mostKeys}.`);
  }
  let combinations = 1;
  const faults: string[] = [];
  for (const [key, values] of keys) {
    if (Array.isArray(values)) combinations *= Math.max(1, values.length);
    else if (filterScope === "MessageAttributes") {
      errors.add(`filter.${key} is not a list of values; SNS accepts lists only, and nested keys only of MessageBody.`);
      continue;
    }
    faults.push(...faultsOf({ [key]: values }, filterScope));
  }
  // The body may be filtered by nested keys, whose combinations SNS counts by their depth, too.
  if (filterScope === "MessageAttributes" && combinations > mostCombinations) {
    errors.add(
      `the filter has ${combinations} combinations of its values; SNS allows ${mostCombinations}. Subscribe more ` +
        "widely, and let the callback skip the rest.",
    );
  } else if (faults.length === 0 && keys.length <= mostKeys) {
    faults.push(...faultsOf(Object.fromEntries(keys), filterScope));
  }
  for (const fault of faults) {
    errors.add(
      `filter: ${fault.replace(/\.$/, "")}. SNS refuses it: ` +
        "https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html",
    );
  }
}

function faultsOf(policy: object, filterScope: "MessageAttributes" | "MessageBody"): readonly string[] {
  try {
    compileFilter(JSON.stringify(policy), filterScope);
    return [];
  } catch (error) {
    if (error instanceof InvalidPattern) return [error.message];
    throw error;
  }
}

/** The subscription's filter policy; none where everything is delivered. */
export function filterPolicyOf(args: SubscriptionFilter<string>): {
  readonly filterPolicy?: string;
  readonly filterPolicyScope?: string;
} {
  const { types, filter, filterScope = "MessageAttributes" } = args;
  const policy = { ...filter, ...(types !== undefined && { type: types }) };
  if (Object.keys(policy).length === 0) return {};
  return { filterPolicy: JSON.stringify(policy), filterPolicyScope: filterScope };
}
