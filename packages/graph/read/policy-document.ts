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

/**
 * Throws an Error for anything but a policy, also for a member that no policy has: to pass over a misspelt condition
 * would allow more than it does. `subject` begins its message, as `The policy of orders role`.
 */
export function parsePolicy(policy: unknown, subject: string): PolicyDocument {
  const document: unknown = typeof policy === "string" ? parsed(policy, subject) : policy;
  if (!isObject(document) || document.Statement === undefined) {
    throw new Error(`${subject} has no Statement: ${JSON.stringify(policy)}`);
  }
  refuseOthers(document, ofPolicy, subject);
  const { Version: version, Statement } = document;
  if (version !== undefined && !versions.includes(version)) {
    throw new Error(`${subject} has the Version ${JSON.stringify(version)}; there are ${versions.join(" and ")}.`);
  }
  return {
    version: typeof version === "string" ? version : undefined,
    statements: [Statement].flat().map((statement) => statementOf(statement, `${subject} has a statement that`)),
  };
}

/**
 * Whether it is written in IAM's language, in which each statement has an effect. AWS calls texts in other languages
 * policies, too, such as the lifecycle policies of ECR and the data protection policies of SNS.
 */
export function isIamPolicy(policy: unknown): boolean {
  const document = typeof policy === "string" ? parseJson(policy) : policy;
  const statements = isObject(document) ? [document.Statement].flat().filter(isObject) : [];
  return statements.some((statement) => Object.keys(statement).some((name) => name.toLowerCase() === "effect"));
}

const versions: readonly unknown[] = ["2012-10-17", "2008-10-17"];
const ofPolicy = ["Version", "Id", "Statement"];
const ofStatement = [
  ...["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"],
];
const kindsOfPrincipals = ["AWS", "Service", "Federated", "CanonicalUser"];

/** `subject` begins the message of an Error, as `The policy of orders role has a statement that`. */
function statementOf(statement: unknown, subject: string): PolicyStatement {
  if (!isObject(statement)) throw new Error(`${subject} is no object: ${JSON.stringify(statement)}`);
  refuseOthers(statement, ofStatement, subject);
  const { Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition } = statement;
  if (Effect !== "Allow" && Effect !== "Deny") {
    throw new Error(`${subject} has the Effect ${JSON.stringify(Effect)}; it is "Allow" or "Deny", with a capital.`);
  }
  if (Action === undefined && NotAction === undefined) throw new Error(`${subject} has neither Action nor NotAction.`);
  return {
    effect: Effect,
    actions: selectionOf(Action, NotAction, `${subject} has Action and NotAction`),
    resources: selectionOf(Resource, NotResource, `${subject} has Resource and NotResource`),
    principals: principalsOf(Principal, subject),
    notPrincipals: principalsOf(NotPrincipal, subject),
    conditions: membersOf(Condition, `${subject} has a Condition`).flatMap(([operator, keys]) =>
      membersOf(keys, `${subject} has a condition ${operator}`).map(([key, values]) => ({
        operator,
        key,
        values: texts(values),
      })),
    ),
  };
}

function refuseOthers(values: object, known: readonly string[], subject: string): void {
  const others = Object.keys(values).filter((name) => !known.includes(name));
  if (others.length === 0) return;
  throw new Error(`${subject} has ${others.join(", ")}; AWS knows ${known.join(", ")}, in these letters.`);
}

function selectionOf(named: unknown, except: unknown, both: string): Selection | undefined {
  if (named !== undefined && except !== undefined) throw new Error(`${both}; give one of them.`);
  if (named !== undefined) return { named: texts(named), isExcept: false };
  return except === undefined ? undefined : { named: texts(except), isExcept: true };
}

function principalsOf(principal: unknown, subject: string): Principals | undefined {
  if (principal === undefined) return undefined;
  if (isObject(principal)) refuseOthers(principal, kindsOfPrincipals, `${subject} has a principal that`);
  const kinds = isObject(principal) ? Object.entries(principal) : [["AWS", principal] as const];
  const principals = new Map(kinds.map(([kind, values]) => [kind, texts(values)]));
  const part = principals.get("AWS")?.find((value) => value !== "*" && /[*?]/.test(value));
  if (part !== undefined) {
    throw new Error(
      `${subject} has the principal ${part}; a wildcard stands for everyone, and not for a part of a name. Name the ` +
        "account, and compare the name by the condition aws:PrincipalArn.",
    );
  }
  return principals;
}

const texts = (value: unknown): readonly string[] => [value].flat().map(String);

function membersOf(value: unknown, what: string): readonly (readonly [string, unknown])[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw new Error(`${what} that is no object: ${JSON.stringify(value)}`);
  return Object.entries(value);
}

function parsed(text: string, subject: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new Error(`${subject} is not JSON: ${text}`);
  return value;
}

/** Undefined for a text that is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
