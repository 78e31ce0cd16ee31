// Statements of policies, compiled to judge requests of the run. What the run does not know is refused, never ignored.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import { type PolicyStatement, parsePolicy, type Selection } from "@spillway/graph/read/policy-document";
import { patternOf } from "@spillway/graph/read/wildcard";
import type { Principal } from "../service/ask";
import { compileConditions } from "./conditions";
import { knownKeys } from "./context";
import { type Naming, namingOf } from "./principals";
import { type Context, templateOf, variablesIn } from "./template";

export interface Statement {
  readonly effect: "Allow" | "Deny";
  /** Whether the statement is about the action, as `sqs:SendMessage`, on the resource, under these conditions. */
  applies(permission: string, resource: string, context: Context): boolean;
  /**
   * How the statement names the principal; undefined where it does not. Statements of the policies of a role name
   * nobody. `accountId` is the account of a user.
   */
  naming(principal: Principal, accountId?: string): Naming | undefined;
}

/**
 * The services whose requests are judged. Permissions for other services, as `ec2`, have no effect in the run,
 * whatever their conditions.
 */
const judged = [
  "dynamodb",
  "events",
  "execute-api",
  "kinesis",
  "lambda",
  "logs",
  "s3",
  "scheduler",
  "secretsmanager",
  "sns",
  "sqs",
  "ssm",
  "sts",
  "xray",
];

/** Those whom a trust policy trusts: services of AWS, or callers of STS's AssumeRole. */
export type Trusted = "services" | "callers";

/**
 * `where` names the policy in the Error for what cannot be judged. Statements of a trust policy have no resources: they
 * are about the role. Of a trust policy only the statements about `trusted` are judged.
 */
export function compilePolicy(policy: unknown, where: string, trusted?: Trusted): readonly Statement[] {
  const { version, statements } = parsePolicy(policy, `${where}: its policy`);
  const hasVariables = version === "2012-10-17";
  return statements.map((statement) => compile(statement, { hasVariables, where, trusted }));
}

interface Compiling {
  readonly hasVariables: boolean;
  readonly where: string;
  readonly trusted: Trusted | undefined;
}

function compile(statement: PolicyStatement, { hasVariables, where, trusted }: Compiling): Statement {
  const { effect, actions, resources, principals, notPrincipals, conditions } = statement;
  if (trusted === undefined ? !isJudged(statement) : !isFor[trusted](statement)) {
    return { effect, applies: () => false, naming: () => undefined };
  }
  if (notPrincipals !== undefined) {
    throw new Error(
      `${where}: the local run cannot judge NotPrincipal; name the principals with Principal, and the ` +
        "exceptions by the condition aws:PrincipalArn.",
    );
  }
  if (trusted === undefined && resources === undefined) {
    throw new Error(`${where}: its policy has a statement that has neither Resource nor NotResource.`);
  }
  if (hasVariables) refuseVariables(statement, where);
  const isAction = selector(actions, (pattern) => {
    const compiled = patternOf(pattern, true);
    return (action) => compiled.test(action);
  });
  const isResource = trusted
    ? () => true
    : selector(resources, (pattern) => {
        const template = templateOf(pattern, hasVariables);
        return (resource, context) => template.matches(resource, context);
      });
  const holds = compileConditions(conditions, hasVariables, where);
  return {
    effect,
    applies: (permission, resource, context) =>
      isAction(permission, context) && isResource(resource, context) && holds(context),
    naming: principals === undefined ? () => undefined : namingOf(principals),
  };
}

function refuseVariables({ resources, conditions }: PolicyStatement, where: string): void {
  const texts = [...(resources?.named ?? []), ...conditions.flatMap(({ values }) => values)];
  for (const key of texts.flatMap(variablesIn)) {
    if (!knownKeys.has(key.toLowerCase())) {
      throw new Error(
        `${where}: the local run does not support the variable \${${key}}; it knows ${[...knownKeys].join(", ")}.`,
      );
    }
  }
}

type Selects = (text: string, context: Context) => boolean;

/** Whether a text is among what is named, or, for an exception, is not. */
function selector(selection: Selection | undefined, compiled: (pattern: string) => Selects): Selects {
  if (selection === undefined) return () => false;
  const tests = selection.named.map(compiled);
  return (text, context) => tests.some((test) => test(text, context)) !== selection.isExcept;
}

/** Federated identities assume no role in the run. */
const isFor: Readonly<Record<Trusted, (statement: PolicyStatement) => boolean>> = {
  services: ({ principals }) =>
    principals === undefined || principals.has("Service") || principals.get("AWS")?.includes("*") === true,
  callers: ({ principals }) => principals === undefined || principals.has("AWS"),
};

function isJudged({ actions }: PolicyStatement): boolean {
  if (actions === undefined || actions.isExcept) return true;
  return actions.named.some((action) => {
    const service = patternOf(action.split(":")[0] ?? "", true);
    return judged.some((each) => service.test(each));
  });
}
