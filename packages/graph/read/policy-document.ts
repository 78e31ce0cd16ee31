// IAM's policy documents, read: whatever may be one thing or a list of them is a list.
import type { Value } from "../graph";

export interface DocumentStatement {
  readonly effect: "Allow" | "Deny";
  /** `sqs:SendMessage`; of NotAction: `* except sqs:SendMessage`. */
  readonly actions: readonly string[];
  /** ARNs; of NotResource: `* except arn:…`; none in a trust policy. */
  readonly resources: readonly string[];
  /** `service sns.amazonaws.com`, `account 123456789012`, `everyone`, an ARN; none in a role's policy. */
  readonly principals: readonly string[];
  /** `aws:SourceArn` → its values, under each operator: `ArnEquals aws:SourceArn`. */
  readonly conditions: ReadonlyMap<string, readonly string[]>;
}

/** Throws where it is no policy; `owner` says whose it is. */
export function readPolicy(policy: Value | undefined, owner: string): readonly DocumentStatement[] {
  const document: unknown = typeof policy === "string" ? parsed(policy, owner) : policy;
  if (!isObject(document) || document.Statement === undefined) {
    throw new Error(`The policy of ${owner} has no Statement: ${JSON.stringify(policy)}`);
  }
  return [document.Statement].flat().filter(isObject).map(readStatement);
}

function readStatement(statement: Readonly<Record<string, unknown>>): DocumentStatement {
  const { Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition } = statement;
  const except = (of: unknown) => (of === undefined ? [] : [`* except ${texts(of).join(", ")}`]);
  return {
    effect: Effect === "Deny" ? "Deny" : "Allow",
    actions: [...texts(Action), ...except(NotAction)],
    resources: [...texts(Resource), ...except(NotResource)],
    principals: [
      ...principalsOf(Principal),
      ...(NotPrincipal === undefined ? [] : [`everyone except ${principalsOf(NotPrincipal).join(", ")}`]),
    ],
    conditions: new Map(
      Object.entries(isObject(Condition) ? Condition : {}).flatMap(([operator, keys]) =>
        Object.entries(isObject(keys) ? keys : {}).map(
          ([key, values]) => [`${operator} ${key}`, texts(values)] as const,
        ),
      ),
    ),
  };
}

function principalsOf(principal: unknown): string[] {
  if (principal === undefined) return [];
  if (!isObject(principal)) return texts(principal).map((each) => (each === "*" ? "everyone" : each));
  return Object.entries(principal).flatMap(([kind, values]) =>
    texts(values).map((value) => {
      if (kind === "Service") return `service ${value}`;
      if (value === "*") return "everyone";
      const [, account] = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(value) ?? [];
      return account === undefined ? value : `account ${account}`;
    }),
  );
}

function texts(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

function parsed(text: string, owner: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The policy of ${owner} is not JSON: ${text}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an action of a statement, which may hold wildcards, is or includes another. IAM takes no notice of case. */
export function covers(action: string, other: string): boolean {
  const pattern = action
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${pattern}$`, "i").test(other);
}
