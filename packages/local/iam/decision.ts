// Whether a request is allowed, in the order of IAM: first an explicit deny, then what the policy of the resource
// grants to the principal, then what the policies of the role grant within its permissions boundary.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import type { Principal } from "../service/ask";
import { roleOf } from "./context";
import type { Statement } from "./statement";
import type { Context } from "./template";

export interface Policies {
  /** Policies of the role; none for a service that acts as itself. */
  readonly identity: readonly Statement[];
  /** The permissions boundary of the role; undefined where it has none. */
  readonly boundary: readonly Statement[] | undefined;
  /** The policy of the resource. */
  readonly resource: readonly Statement[];
}

export interface Request {
  readonly principal: Principal;
  /** As `sqs:SendMessage`. */
  readonly permission: string;
  readonly resource: string;
  readonly context: Context;
}

/** Why the request is refused, in the words of IAM; undefined where it is allowed. */
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
  // A grant of the resource to the session itself needs no permission of the role, and its boundary does not limit it.
  if (granted.has("session")) return undefined;
  if (!granted.has("role") && !identity.some(allows)) {
    return (
      `because no ${roleOf(principal) === undefined ? "resource" : "identity"}-based policy allows the ` +
      `${permission} action`
    );
  }
  if (boundary !== undefined && !boundary.some(allows)) {
    return `because no permissions boundary allows the ${permission} action`;
  }
  return undefined;
}
