// A statement of a policy in words, as people read it.
import { type PolicyStatement, type Principals, parsePolicy, type Selection } from "./policy-document";
import { patternOf } from "./wildcard";

export interface StatementInWords {
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

/** Throws an Error for anything but a policy. `owner` says whose policy it is. */
export function policyInWords(policy: unknown, owner: string): readonly StatementInWords[] {
  return parsePolicy(policy, `The policy of ${owner}`).statements.map(inWords);
}

function inWords({
  effect,
  actions,
  resources,
  principals,
  notPrincipals,
  conditions,
}: PolicyStatement): StatementInWords {
  return {
    effect,
    actions: selected(actions),
    resources: selected(resources),
    principals: [
      ...principalWords(principals),
      ...(notPrincipals === undefined ? [] : [`everyone except ${principalWords(notPrincipals).join(", ")}`]),
    ],
    conditions: new Map(conditions.map(({ operator, key, values }) => [`${operator} ${key}`, values])),
  };
}

const except = "* except ";

function selected(selection: Selection | undefined): readonly string[] {
  if (selection === undefined) return [];
  return selection.isExcept ? [`${except}${selection.named.join(", ")}`] : selection.named;
}

function principalWords(principals: Principals | undefined): readonly string[] {
  return [...(principals ?? [])].flatMap(([kind, values]) =>
    values.map((value) => {
      if (kind === "Service") return `service ${value}`;
      if (value === "*") return "everyone";
      const [, account] = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(value) ?? [];
      return account === undefined ? value : `account ${account}`;
    }),
  );
}

/**
 * Whether `wider` includes all of `action`, by name, by a wildcard, or by an exception. Both are actions of a statement
 * in words.
 */
export function covers(wider: string, action: string): boolean {
  const [exceptions, others] = [exceptionsIn(wider), exceptionsIn(action)];
  if (exceptions === undefined) return others === undefined ? matches(wider, action) : wider === "*";
  if (others !== undefined) return exceptions.every((each) => others.some((other) => matches(other, each)));
  return !exceptions.some((each) => matches(each, action) || matches(action, each));
}

const exceptionsIn = (action: string): readonly string[] | undefined =>
  action.startsWith(except) ? action.slice(except.length).split(", ") : undefined;

const matches = (pattern: string, action: string) => patternOf(pattern, true).test(action);
