// The principals that a statement names, in the policy of a resource or in the trust policy of a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import type { Principals } from "@spillway/graph/read/policy-document";
import type { Principal } from "../service/ask";
import { roleOf, sessionArn, sessionName } from "./context";

/**
 * How a statement names the principal. A statement that names the `session` itself, or everyone, grants to the session.
 * One that names its `role` grants within the permissions boundary of the role. One that names its `account` leaves it
 * to the policies of the role.
 */
export type Naming = "session" | "role" | "account";

/** `accountId` is the account of a user. Without it, no statement names a user. */
export function namingOf(principals: Principals): (principal: Principal, accountId?: string) => Naming | undefined {
  const services = new Set(principals.get("Service"));
  // Federated identities and canonical users send no requests to the run.
  const named = new Set((principals.get("AWS") ?? []).map(accountArn));
  return (principal, accountId) => {
    if (named.has("*")) return "session";
    if (principal.kind === "user") return accountId !== undefined && named.has(accountId) ? "account" : undefined;
    const roleArn = roleOf(principal);
    if (roleArn === undefined)
      return principal.kind === "service" && services.has(principal.service) ? "session" : undefined;
    if (named.has(sessionArn(roleArn, sessionName(principal)))) return "session";
    if (named.has(roleArn)) return "role";
    return named.has(accountOf(roleArn)) ? "account" : undefined;
  };
}

/** The number of an account and the ARN of its root mean the same. */
const accountArn = (value: string) => /^arn:[^:]+:iam::(\d{12}):root$/.exec(value)?.[1] ?? value;

const accountOf = (arn: string) => arn.split(":")[4] ?? "";
