// The policy language of IAM as data. Whatever may be one value or a list becomes a list, and whatever is left out is
// undefined.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

export interface PolicyDocument {
  /** `2012-10-17`, or an older version. Undefined where none is given, which means an older version. */
  readonly version: string | undefined;
  readonly statements: readonly PolicyStatement[];
}

/** What a statement names, or everything except that. */
export interface Selection {
  readonly named: readonly string[];
  readonly isExcept: boolean;
}

export interface PolicyStatement {
  readonly effect: "Allow" | "Deny";
  /** Of `Action` or `NotAction`. */
  readonly actions: Selection | undefined;
  /** Of `Resource` or `NotResource`; undefined in a trust policy. */
  readonly resources: Selection | undefined;
  /** Principals by kind, as `Service` or `AWS`. `*` alone is of the kind `AWS`. Undefined in the policy of a role. */
  readonly principals: Principals | undefined;
  readonly notPrincipals: Principals | undefined;
  readonly conditions: readonly Condition[];
}

export type Principals = ReadonlyMap<string, readonly string[]>;

export interface Condition {
  /** As `StringEquals`, `ArnLikeIfExists`. */
  readonly operator: string;
  /** As `aws:SourceArn`. */
  readonly key: string;
  readonly values: readonly string[];
}

/** Throws an Error for anything but a policy. `subject` begins its message, as `The policy of orders role`. */
export function parsePolicy(policy: unknown, subject: string): PolicyDocument {
  const document: unknown = typeof policy === "string" ? parsed(policy, subject) : policy;
  if (!isObject(document) || document.Statement === undefined) {
    throw new Error(`${subject} has no Statement: ${JSON.stringify(policy)}`);
  }
  return {
    version: typeof document.Version === "string" ? document.Version : undefined,
    statements: [document.Statement].flat().filter(isObject).map(statementOf),
  };
}

function statementOf(statement: Readonly<Record<string, unknown>>): PolicyStatement {
  const { Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition } = statement;
  return {
    effect: Effect === "Deny" ? "Deny" : "Allow",
    actions: selectionOf(Action, NotAction),
    resources: selectionOf(Resource, NotResource),
    principals: principalsOf(Principal),
    notPrincipals: principalsOf(NotPrincipal),
    conditions: membersOf(Condition).flatMap(([operator, keys]) =>
      membersOf(keys).map(([key, values]) => ({ operator, key, values: texts(values) })),
    ),
  };
}

function selectionOf(named: unknown, except: unknown): Selection | undefined {
  if (named !== undefined) return { named: texts(named), isExcept: false };
  return except === undefined ? undefined : { named: texts(except), isExcept: true };
}

function principalsOf(principal: unknown): Principals | undefined {
  if (principal === undefined) return undefined;
  const kinds = isObject(principal) ? Object.entries(principal) : [["AWS", principal] as const];
  return new Map(kinds.map(([kind, values]) => [kind, texts(values)]));
}

const texts = (value: unknown): readonly string[] => [value].flat().map(String);

const membersOf = (value: unknown) => (isObject(value) ? Object.entries(value) : []);

function parsed(text: string, subject: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${subject} is not JSON: ${text}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
