// Whom a resource's policy, or a role's trust policy, is about.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import type { Principals } from "@spillway/graph/read/policy-document";
import type { Principal } from "../service/ask";
import { roleOf, sessionArn, sessionName } from "./context";

/**
 * How a statement names who asks. A policy that names the `session` itself, or everyone, grants it to the session. One that
 * names its `role` grants it within the role's permissions boundary. One that names its `account` leaves it to the role's
 * own policies.
 */
export type Naming = "session" | "role" | "account";

export function namingOf(principals: Principals): (principal: Principal) => Naming | undefined {
  const services = new Set(principals.get("Service"));
  // Federated identities and canonical users ask nothing of the run.
  const named = new Set((principals.get("AWS") ?? []).map(accountArn));
  return (principal) => {
    if (named.has("*")) return "session";
    const roleArn = roleOf(principal);
    if (roleArn === undefined)
      return principal.kind === "service" && services.has(principal.service) ? "session" : undefined;
    if (named.has(sessionArn(roleArn, sessionName(principal)))) return "session";
    if (named.has(roleArn)) return "role";
    return named.has(accountOf(roleArn)) ? "account" : undefined;
  };
}

/** An account is named by its number, or by the ARN of its root. */
const accountArn = (value: string) => /^arn:[^:]+:iam::(\d{12}):root$/.exec(value)?.[1] ?? value;

const accountOf = (arn: string) => arn.split(":")[4] ?? "";
