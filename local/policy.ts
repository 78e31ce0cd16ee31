// IAM's policy language, as far as a program's policies use it. What it does not know is refused, never passed over.

/** Condition keys and their values, as `aws:SourceArn`. */
export type Condition = Readonly<Record<string, string>>;

export interface Statement {
  allows(permission: string, resource: string, context: Condition): boolean;
  denies(permission: string, resource: string, context: Condition): boolean;
  /** Whether its principal includes the service. */
  admits(service: string): boolean;
}

interface Raw {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

type Test = (given: string | undefined, wanted: readonly string[]) => boolean;

const like: Test = (given, wanted) => given !== undefined && wanted.some((pattern) => matches(pattern, given));
const equals: Test = (given, wanted) => given !== undefined && wanted.includes(given);
const not =
  (test: Test): Test =>
  (given, wanted) =>
    given === undefined || !test(given, wanted);
const ignoringCase =
  (test: Test): Test =>
  (given, wanted) =>
    test(
      given?.toLowerCase(),
      wanted.map((each) => each.toLowerCase()),
    );

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: Readonly<Record<string, Test>> = {
  StringEquals: equals,
  StringNotEquals: not(equals),
  StringEqualsIgnoreCase: ignoringCase(equals),
  StringLike: like,
  StringNotLike: not(like),
  ArnEquals: like,
  ArnNotEquals: not(like),
  ArnLike: like,
  ArnNotLike: not(like),
  Bool: ignoringCase(equals),
  Null: (given, [wanted]) => (given === undefined) === (wanted === "true"),
};

/** `where` names the policy in the error for what cannot be judged. */
export function compileStatements(policy: unknown, where: string): readonly Statement[] {
  const { Statement: statements = [] } = (typeof policy === "string" ? JSON.parse(policy) : policy) as {
    Statement?: Raw | readonly Raw[];
  };
  return listOf(statements).map((statement) => compile(statement, where));
}

function compile(raw: Raw, where: string): Statement {
  const conditions = Object.entries(raw.Condition ?? {}).flatMap(([name, keys]) => {
    const ifExists = name.endsWith("IfExists");
    const test = operators[ifExists ? name.slice(0, -"IfExists".length) : name];
    if (test === undefined) {
      throw new Error(
        `${where}: the local run cannot judge the condition operator ${name}; it knows ${Object.keys(operators).join(", ")}.`,
      );
    }
    return Object.entries(keys).map(([key, wanted]) => ({
      key: key.toLowerCase(),
      test,
      ifExists,
      wanted: listOf(wanted).map(String),
    }));
  });
  const applies = (permission: string, resource: string, context: Condition): boolean => {
    const known = Object.fromEntries(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
    const lower = permission.toLowerCase();
    return (
      chosen(raw.Action, raw.NotAction, (pattern) => matches(pattern.toLowerCase(), lower)) &&
      chosen(raw.Resource, raw.NotResource, (pattern) => matches(pattern, resource)) &&
      conditions.every(
        ({ key, test, ifExists, wanted }) => (ifExists && known[key] === undefined) || test(known[key], wanted),
      )
    );
  };
  return {
    allows: (...request) => raw.Effect === "Allow" && applies(...request),
    denies: (...request) => raw.Effect === "Deny" && applies(...request),
    admits: (service) =>
      raw.Principal === "*" ||
      (typeof raw.Principal === "object" && listOf(raw.Principal.Service ?? []).includes(service)),
  };
}

function chosen(
  named: string | readonly string[] | undefined,
  except: string | readonly string[] | undefined,
  test: (pattern: string) => boolean,
): boolean {
  if (named !== undefined) return listOf(named).some(test);
  return except !== undefined && !listOf(except).some(test);
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** `*` is any text, `?` any character. */
function matches(pattern: string, text: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === text;
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "s").test(text);
}
