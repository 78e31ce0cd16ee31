// Whether a request is allowed, in IAM's order: an explicit deny goes before everything; then what the resource's own policy
// grants to who asks; then what the role's policies grant, within its permissions boundary.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import type { Principal } from "../service/ask";
import { roleOf } from "./context";
import type { Statement } from "./statement";
import type { Context } from "./template";

export interface Policies {
  /** Of the role; of a service that asks as itself, none. */
  readonly identity: readonly Statement[];
  /** Undefined: the role has none. */
  readonly boundary: readonly Statement[] | undefined;
  /** Of the resource. */
  readonly resource: readonly Statement[];
}

export interface Request {
  readonly principal: Principal;
  /** As `sqs:SendMessage`. */
  readonly permission: string;
  readonly resource: string;
  readonly context: Context;
}

/** Undefined: allowed. Otherwise why not, in IAM's words. */
export function refusalOf(
  policies: Policies,
  { principal, permission, resource, context }: Request,
): string | undefined {
  const { identity, boundary, resource: own } = policies;
  const applies = (effect: Statement["effect"]) => (statement: Statement) =>
    statement.effect === effect && statement.applies(permission, resource, context);
  const [allows, denies] = [applies("Allow"), applies("Deny")];

  if (identity.some(denies)) return "with an explicit deny in an identity-based policy";
  if (boundary?.some(denies)) return "with an explicit deny in a permissions boundary";
  if (own.some((each) => each.naming(principal) !== undefined && denies(each))) {
    return "with an explicit deny in a resource-based policy";
  }
  const granted = new Set(own.filter(allows).map((each) => each.naming(principal)));
  // Neither the lack of a permission of the role nor its boundary limits what a resource grants to the session itself.
  if (granted.has("session")) return undefined;
  if (!granted.has("role") && !identity.some(allows)) {
    return `because no ${roleOf(principal) === undefined ? "resource" : "identity"}-based policy allows the ${permission} action`;
  }
  if (boundary !== undefined && !boundary.some(allows)) {
    return `because no permissions boundary allows the ${permission} action`;
  }
  return undefined;
}
