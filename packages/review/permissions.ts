// The permissions that functions and services gain and lose, in words and as actions.
import type { Graph } from "@spillway/graph";
import { resourceStatementsOf, statementsOf } from "@spillway/graph/read/permissions";
import { covers } from "@spillway/graph/read/statement-words";
import { asNamedNow } from "./as-named-now";
import type { Comparison } from "./compare";
import { code } from "./markdown";

export interface PermissionChange {
  /** `function orders`; for the policy of a resource, the principal that it names. */
  readonly principal: string;
  readonly kind: "gained" | "lost";
  /** One line of Markdown. */
  readonly text: string;
}

interface Grant {
  readonly principal: string;
  readonly effect: "Allow" | "Deny";
  readonly action: string;
  readonly resource: string;
  readonly condition: string;
}

/** The verb for an action: the first match counts. */
const verbs: readonly (readonly [RegExp, string])[] = [
  [/^sqs:(Receive|Delete|ChangeMessage|GetQueue)/, "consume"],
  [/^sqs:SendMessage/, "send to"],
  [/^sns:Publish/, "publish to"],
  [/^lambda:Invoke/, "invoke"],
  [/^kms:(Decrypt|Describe)/, "decrypt with"],
  [/^kms:(GenerateDataKey|Encrypt|ReEncrypt)/, "encrypt with"],
  [/^(logs|xray):(Create|Put)/, "write to"],
  [/^execute-api:Invoke/, "call"],
  [/:(\*$|\* except)|^\*/, "do anything with"],
  [/:(Put|Update|Delete|BatchWrite|Create|PartiQL(Insert|Update|Delete))/, "write to"],
  [/:(Get|BatchGet|Query|Scan|Describe|List|Subscribe|ConditionCheck|PartiQLSelect|Receive)/, "read from"],
];

export interface PermissionChanges {
  readonly changes: readonly PermissionChange[];
  /** Whether the permissions of new functions for their own logs and traces are left out. Every function has these. */
  readonly unsaid: boolean;
}

export function permissionChanges(comparison: Comparison): PermissionChanges {
  const before = asNamedNow(comparison);
  const { after } = comparison;
  const [was, is] = [grantsOf(before), grantsOf(after)];
  const [said, saidBefore] = [withoutOwnLogs(is, was), withoutOwnLogs(was, is)];
  return {
    changes: [...changesBetween(saidBefore, said), ...changesBetween(...admissionsOf(before, after, comparison))],
    unsaid: said.length < is.length,
  };
}

/** Without permissions for logs and traces of principals that are not among the others. */
function withoutOwnLogs(grants: readonly Grant[], others: readonly Grant[]): readonly Grant[] {
  const known = new Set(others.map(({ principal }) => principal));
  return grants.filter(({ principal, action }) => known.has(principal) || !/^(logs|xray):(Create|Put)/.test(action));
}

function grantsOf(graph: Graph): Grant[] {
  return statementsOf(graph).flatMap(({ principal, effect, actions, resource, condition }) =>
    (actions.length === 0 ? ["*"] : actions).map((action) => ({ principal, effect, action, resource, condition })),
  );
}

/**
 * The principals in the policies of resources that exist before and after, and those that an added resource grants
 * without a condition.
 */
function admissionsOf(before: Graph, after: Graph, { matched, removed }: Comparison): [Grant[], Grant[]] {
  const gone = new Set(removed.map(({ urn }) => urn));
  const of = (graph: Graph, isShown: (urn: string, everyone: boolean) => boolean) =>
    resourceStatementsOf(graph)
      .filter(({ effect, urn, principals, condition }) =>
        isShown(urn, effect === "Allow" && condition === "" && principals.includes("everyone")),
      )
      .flatMap(({ resource, effect, principals, actions, on, condition }) =>
        principals.flatMap((principal) =>
          actions.map((action) => ({
            principal,
            effect,
            action,
            resource: on.length === 0 ? resource : `${resource} (${on.join(", ")})`,
            condition,
          })),
        ),
      );
  return [of(before, (urn) => !gone.has(urn)), of(after, (urn, everyone) => matched.has(urn) || everyone)];
}

function changesBetween(before: readonly Grant[], after: readonly Grant[]): PermissionChange[] {
  const principals = [...new Set([...after, ...before].map(({ principal }) => principal))];
  return principals.flatMap((principal) => {
    const own = (grants: readonly Grant[]) => grants.filter((grant) => grant.principal === principal);
    const [was, is] = [own(before), own(after)];
    if (is.length === 0) {
      return [{ principal, kind: "lost", text: `${code(principal)} is gone, with all that it was granted` } as const];
    }
    // A permission that a wider statement includes was neither gained nor lost.
    const missingIn = (others: readonly Grant[]) => (grant: Grant) => !others.some((other) => includes(other, grant));
    return [...sentences("gained", is.filter(missingIn(was))), ...sentences("lost", was.filter(missingIn(is)))];
  });
}

/** One sentence for each resource and condition. */
function sentences(kind: PermissionChange["kind"], grants: readonly Grant[]): PermissionChange[] {
  const groups = new Map<string, Grant[]>();
  for (const grant of grants) {
    // Actions on everything get a sentence for each service.
    const service = grant.resource === "*" ? grant.action.split(":")[0] : "";
    const key = JSON.stringify([grant.effect, grant.resource, grant.condition, service]);
    groups.set(key, [...(groups.get(key) ?? []), grant]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { principal, effect, resource, condition } = first;
    const actions = [...new Set(group.map(({ action }) => action))];
    const may =
      effect === "Allow"
        ? { gained: "may now", lost: "may no longer" }
        : { gained: "is now denied to", lost: "is no longer denied to" };
    const what = resource === "*" ? "everything (`*`)" : code(resource);
    const only = condition === "" ? "" : ` (only if ${code(condition)})`;
    const text =
      `${code(principal)} ${may[kind]} ${verbOf(actions)} ${what}: ` +
      `${actions.map((action) => code(action)).join(", ")}${only}`;
    return [{ principal, kind, text }];
  });
}

function verbOf(actions: readonly string[]): string {
  const found = actions.map((action) => verbs.find(([pattern]) => pattern.test(action))?.[1] ?? "use");
  return [...new Set(found)].join(" and ");
}

function includes(wider: Grant, { effect, action, resource, condition }: Grant): boolean {
  if (wider.effect !== effect || wider.condition !== condition) return false;
  return (wider.resource === resource || wider.resource === "*") && covers(wider.action, action);
}
