// IAM's policy language, as far as requests of the run are judged by it. What it does not know is refused, never passed over.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import type { Principal } from "../service/ask";
import { compileConditions, type RawConditions } from "./conditions";
import { knownKeys } from "./context";
import { type Naming, namingOf, type RawPrincipal } from "./principals";
import { type Context, patternOf, templateOf, variablesIn } from "./template";

export interface Statement {
  readonly effect: "Allow" | "Deny";
  /** Whether it is about the action, as `sqs:SendMessage`, on the resource, under these conditions. */
  applies(permission: string, resource: string, context: Context): boolean;
  /** How it names who asks; undefined: not at all. Statements of a role's own policies name nobody. */
  naming(principal: Principal): Naming | undefined;
}

type Texts = string | readonly string[];

interface Raw {
  readonly Effect?: string;
  readonly Action?: Texts;
  readonly NotAction?: Texts;
  readonly Resource?: Texts;
  readonly NotResource?: Texts;
  readonly Principal?: RawPrincipal;
  readonly NotPrincipal?: RawPrincipal;
  readonly Condition?: RawConditions;
}

/** The services whose requests are judged. What is granted of others, as of `logs`, has no effect here, under whatever conditions. */
const judged = [
  "dynamodb",
  "events",
  "execute-api",
  "kinesis",
  "lambda",
  "s3",
  "scheduler",
  "secretsmanager",
  "sns",
  "sqs",
  "ssm",
  "xray",
];

/** `where` names the policy in the Error for what cannot be judged. A trust policy's statements have no resources: they are the role's. */
export function compilePolicy(policy: unknown, where: string, isTrust = false): readonly Statement[] {
  const { Version, Statement: statements = [] } = documentOf(policy, where);
  const hasVariables = Version === "2012-10-17";
  return [statements].flat().map((statement) => compile(statement, { hasVariables, where, isTrust }));
}

function documentOf(policy: unknown, where: string): { Version?: string; Statement?: Raw | readonly Raw[] } {
  try {
    return typeof policy === "string" ? JSON.parse(policy) : (policy as object);
  } catch {
    throw new Error(`${where}: its policy is not JSON.`);
  }
}

interface Compiling {
  readonly hasVariables: boolean;
  readonly where: string;
  readonly isTrust: boolean;
}

function compile(raw: Raw, { hasVariables, where, isTrust }: Compiling): Statement {
  const effect = raw.Effect === "Deny" ? "Deny" : "Allow";
  const isAction = selector(raw.Action, raw.NotAction, (pattern) => {
    const compiled = patternOf(pattern.toLowerCase());
    return (action) => compiled.test(action.toLowerCase());
  });
  if (isTrust ? !isForServices(raw) : !isJudged(raw)) return { effect, applies: () => false, naming: () => undefined };
  if (raw.NotPrincipal !== undefined) {
    throw new Error(
      `${where}: the local run cannot judge NotPrincipal; name whom it is about with Principal, and the exceptions by the condition aws:PrincipalArn.`,
    );
  }
  if (hasVariables) refuseVariables(raw, where);
  const isResource = isTrust
    ? () => true
    : selector(raw.Resource, raw.NotResource, (pattern) => {
        const template = templateOf(pattern, hasVariables);
        return (resource, context) => template.matches(resource, context);
      });
  const holds = compileConditions(raw.Condition ?? {}, hasVariables, where);
  return {
    effect,
    applies: (permission, resource, context) =>
      isAction(permission, context) && isResource(resource, context) && holds(context),
    naming: raw.Principal === undefined ? () => undefined : namingOf(raw.Principal),
  };
}

function refuseVariables({ Resource = [], NotResource = [], Condition = {} }: Raw, where: string): void {
  const values = Object.values(Condition).flatMap((keys) => Object.values(keys).flat());
  for (const key of [Resource, NotResource, values].flat(2).map(String).flatMap(variablesIn)) {
    if (!knownKeys.has(key.toLowerCase())) {
      throw new Error(
        `${where}: the local run cannot fill the variable \${${key}}; it knows ${[...knownKeys].join(", ")}.`,
      );
    }
  }
}

type Selects = (text: string, context: Context) => boolean;

/** By what is named, or by what is excepted. */
function selector(
  named: Texts | undefined,
  except: Texts | undefined,
  compiled: (pattern: string) => Selects,
): Selects {
  const tests = [named ?? except ?? []].flat().map(compiled);
  const any: Selects = (text, context) => tests.some((test) => test(text, context));
  if (named !== undefined) return any;
  return except === undefined ? () => false : (text, context) => !any(text, context);
}

/** Users and federated identities assume no role here. */
const isForServices = ({ Principal }: Raw) =>
  typeof Principal !== "object" || Principal.Service !== undefined || [Principal.AWS].flat().includes("*");

function isJudged({ Action }: Raw): boolean {
  if (Action === undefined) return true;
  return [Action].flat().some((action) => {
    const service = patternOf((action.split(":")[0] ?? "").toLowerCase());
    return judged.some((each) => service.test(each));
  });
}
