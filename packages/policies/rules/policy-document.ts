// IAM's policy documents: as JSON text or as objects, with whatever of them is known.
import { at, listOf, type Plain, type Properties, parsed, textsOf, unknown } from "./plain";

export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  /** All but these. */
  readonly notActions: boolean;
  readonly resources: readonly string[];
  readonly notResources: boolean;
  /** `*`, or what is after `AWS`. */
  readonly accounts: readonly string[];
  readonly services: readonly string[];
  /** All but these. */
  readonly notPrincipals: boolean;
  readonly condition: Plain | undefined;
  /** For messages: its Sid, or its place. */
  readonly label: string;
}

/** None of a document that is not known yet. */
export function statementsOf(document: Plain | undefined): readonly Statement[] {
  return listOf(at(parsed(document), "Statement")).flatMap((statement, index) => {
    const effect = at(statement, "Effect");
    if (effect !== "Allow" && effect !== "Deny") return [];
    const principal = at(statement, "Principal");
    const sid = at(statement, "Sid");
    return [
      {
        effect,
        actions: textsOf(at(statement, "Action")),
        notActions: at(statement, "NotAction") !== undefined,
        resources: textsOf(at(statement, "Resource")),
        notResources: at(statement, "NotResource") !== undefined,
        accounts: typeof principal === "string" ? [principal] : textsOf(at(principal, "AWS")),
        services: textsOf(at(principal, "Service")),
        notPrincipals: at(statement, "NotPrincipal") !== undefined,
        condition: at(statement, "Condition"),
        label: typeof sid === "string" && sid !== "" ? `statement ${sid}` : `statement ${index + 1}`,
      },
    ];
  });
}

/**
 * Keys by which a statement says who its caller is;
 * https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html
 */
const callers = new Set(
  [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "kms:CallerAccount",
  ].map((key) => key.toLowerCase()),
);
const comparisons = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/;

/** Whether a condition names its callers by fixed values: one with wildcards or variables does not. */
export function namesCallers(condition: Plain | undefined): boolean {
  if (condition === unknown) return true;
  return Object.entries((condition ?? {}) as Properties).some(
    ([operator, keys]) =>
      comparisons.test(operator) &&
      typeof keys === "object" &&
      keys !== null &&
      Object.entries(keys as Properties).some(
        ([key, values]) =>
          callers.has(key.toLowerCase()) &&
          listOf(values).length > 0 &&
          textsOf(values).every((value) => !/[*?]|\$\{/.test(value)),
      ),
  );
}

/** Whether anybody in the world gets what the statement allows. */
export function isPublic({ effect, accounts, notPrincipals, condition }: Statement): boolean {
  return effect === "Allow" && (accounts.includes("*") || notPrincipals) && !namesCallers(condition);
}

/** Whether the document denies these actions to everybody who comes without TLS. */
export function deniesPlainText(document: Plain | undefined, actions: readonly string[]): boolean {
  return statementsOf(document).some(
    ({ effect, accounts, actions: denied, condition }) =>
      effect === "Deny" &&
      accounts.includes("*") &&
      denied.some((action) => actions.some((wanted) => wanted.toLowerCase() === action.toLowerCase())) &&
      Object.entries((condition === unknown ? {} : (condition ?? {})) as Properties).some(
        ([operator, keys]) =>
          operator === "Bool" &&
          Object.entries((keys ?? {}) as Properties).some(
            ([key, value]) => key.toLowerCase() === "aws:securetransport" && textsOrBooleans(value).includes("false"),
          ),
      ),
  );
}

function textsOrBooleans(value: Plain): readonly string[] {
  return listOf(value).map((member) => (member === unknown ? "" : String(member)));
}
