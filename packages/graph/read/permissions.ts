// The statements of all policies of a program, with the names of its resources instead of their ARNs.
import type { Graph, GraphResource } from "../graph";
import { namedBy, resourceType, resourceTypes } from "../resource-types";
import { ArnNames, kindOf, nameOf } from "./names";
import { isIamPolicy } from "./policy-document";
import { type GivenPolicy, rolePolicies } from "./role-policies";
import { policyInWords, type StatementInWords } from "./statement-words";

/** One statement of the policies of a role, for one of its resources. */
export interface RoleStatement {
  /**
   * Who has the role: `function orders`, `schedule sweep-hourly`, `endpoint api`. `role x` where the program gives it
   * to nobody.
   */
  readonly principal: string;
  /** URN of the role. */
  readonly urn: string;
  readonly effect: "Allow" | "Deny";
  /** IAM actions, as `dynamodb:GetItem`; empty for an AWS managed policy, whose text is not in the program. */
  readonly actions: readonly string[];
  /** Its name, as `orders table`, `every index of orders table`; the ARN of a resource outside the program. */
  readonly resource: string;
  readonly arn: string;
  /** Conditions in words, joined by "and"; empty where there are none. */
  readonly condition: string;
}

/** One statement of the policy of a resource. */
export interface ResourceStatement {
  /** The resource that the policy belongs to: `orders queue`. */
  readonly resource: string;
  /** URN of that resource, or of the policy where the resource is outside the program. */
  readonly urn: string;
  readonly effect: "Allow" | "Deny";
  /** `service sns.amazonaws.com`, `this account`, `everyone`. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  /**
   * The parts of the resource that it is about, where it is not about the resource itself; names as in `RoleStatement`.
   */
  readonly on: readonly string[];
  readonly arns: readonly string[];
  readonly condition: string;
}

/** What a role belongs to, by the service that may assume it. */
const holders: Readonly<Record<string, string>> = {
  "apigateway.amazonaws.com": "endpoint",
  "scheduler.amazonaws.com": "schedule",
  "events.amazonaws.com": "rule",
  "vpc-flow-logs.amazonaws.com": "flow log",
};

/**
 * What the roles of the program are granted: by inline policies, attached policies and AWS managed policies. Sorted by
 * principal. Throws an Error for the graph of a preview, which does not know the policies.
 */
export function statementsOf(graph: Graph): RoleStatement[] {
  refusePreview(graph);
  const names = new ArnNames(graph);
  const say = describerOfConditions(graph, names);
  const resources = inOrder(graph);
  const roles = resources.filter(({ type }) => type === "aws:iam/role:Role");
  return roles
    .flatMap((role) => {
      const policies = rolePolicies(role, resources);
      const boundary =
        policies.boundary === undefined ? [] : [`the boundary ${policyName(policies.boundary)} allows it`];
      return principalsOf(role, resources).flatMap((principal) => {
        const base = { principal, urn: role.urn };
        const given = policies.documents.flatMap(({ policy, owner }) =>
          policyInWords(policy, nameOf(owner)).flatMap(({ effect, actions, resources: arns, conditions }) =>
            arns.map((arn) => ({
              ...base,
              effect,
              actions,
              resource: names.name(arn),
              arn,
              condition: [say(conditions), ...(effect === "Allow" ? boundary : [])].filter(Boolean).join(" and "),
            })),
          ),
        );
        const managed = policies.managed.map((arn) => ({
          ...base,
          effect: "Allow" as const,
          actions: [],
          resource: policyName(arn),
          arn,
          condition: boundary.join(""),
        }));
        return [...given, ...managed];
      });
    })
    .sort((a, b) => compare(a.principal, b.principal) || compare(a.urn, b.urn));
}

/** `limits policy` for a policy of the program, `managed policy ReadOnlyAccess` for any other. */
function policyName(given: GivenPolicy | string): string {
  return typeof given === "string" ? `managed policy ${given.split(":policy/").pop()}` : nameOf(given.owner);
}

/**
 * Who may use the resources of the program by their own policies, invoke its functions, and assume its roles. Sorted by
 * resource. Throws an Error for the graph of a preview.
 */
export function resourceStatementsOf(graph: Graph): ResourceStatement[] {
  refusePreview(graph);
  const names = new ArnNames(graph);
  const say = describerOfConditions(graph, names);
  const byId = new Map(graph.resources.map((resource) => [`${resource.type} ${resource.id}`, resource]));
  const statements: ResourceStatement[] = [];
  for (const resource of inOrder(graph)) {
    const { type, inputs, custom } = resource;
    if (type === "aws:lambda/permission:Permission") {
      const id = String(inputs.function).split(":").pop();
      statements.push(invocation(resource, byId.get(`aws:lambda/function:Function ${id}`), say));
    } else if (type === "aws:iam/role:Role") {
      for (const statement of policyInWords(inputs.assumeRolePolicy, nameOf(resource))) {
        statements.push(ofResource(resource, statement, { graph, names, say }));
      }
    } else if (custom && hasIamPolicy(resource)) {
      const property = resourceType(type).policyOf;
      const target = property === undefined ? undefined : String(inputs[property]);
      const subject =
        target === undefined
          ? resource
          : (names.resource(target) ?? graph.resources.find(({ id }) => id === target) ?? resource);
      for (const statement of policyInWords(inputs.policy, nameOf(resource))) {
        statements.push(ofResource(subject, statement, { graph, names, say }));
      }
    }
  }
  return statements.sort((a, b) => compare(a.resource, b.resource) || compare(a.urn, b.urn));
}

/**
 * Policies in `aws:iam` belong to no resource. Of types that are not in the table, the policy may be something else.
 */
function hasIamPolicy({ type, inputs: { policy } }: GraphResource): boolean {
  if (!policy || type.startsWith("aws:iam/")) return false;
  return Object.hasOwn(resourceTypes, type) || isIamPolicy(policy);
}

function ofResource(
  subject: GraphResource,
  { effect, principals, actions, resources, conditions }: StatementInWords,
  { graph, names, say }: { readonly graph: Graph; readonly names: ArnNames; readonly say: DescribeConditions },
): ResourceStatement {
  const resource = nameOf(subject);
  return {
    resource,
    urn: subject.urn,
    effect,
    principals: principals.map((each) => (each === `account ${graph.accountId}` ? "this account" : names.name(each))),
    actions,
    // In a key's policy `*` is the key itself:
    // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
    on: resources
      .filter((arn) => arn !== "*" || subject.type !== "aws:kms/key:Key")
      .map((arn) => names.name(arn))
      .filter((name) => name !== resource),
    arns: resources,
    condition: say(conditions),
  };
}

function invocation(
  permission: GraphResource,
  fn: GraphResource | undefined,
  say: DescribeConditions,
): ResourceStatement {
  const { action, principal, sourceArn, sourceAccount, function: given } = permission.inputs;
  const conditions = new Map<string, readonly string[]>();
  if (typeof sourceArn === "string") conditions.set("ArnLike aws:SourceArn", [sourceArn]);
  if (typeof sourceAccount === "string") conditions.set("StringEquals aws:SourceAccount", [sourceAccount]);
  const isService = String(principal).includes(".");
  return {
    resource: fn === undefined ? String(given) : nameOf(fn),
    urn: (fn ?? permission).urn,
    effect: "Allow",
    principals: [principal === "*" ? "everyone" : `${isService ? "service" : "account"} ${principal}`],
    actions: [String(action)],
    on: [],
    arns: fn === undefined ? [] : [String(fn.outputs.arn)],
    condition: say(conditions),
  };
}

function principalsOf(role: GraphResource, resources: readonly GraphResource[]): readonly string[] {
  const functions = resources.filter(
    (each) => each.type === "aws:lambda/function:Function" && namedBy(each, "role") === role.outputs.arn,
  );
  if (functions.length > 0) return functions.map(({ name, type }) => `${kindOf(type)} ${name}`);
  const services = policyInWords(role.inputs.assumeRolePolicy, nameOf(role)).flatMap(({ principals }) => principals);
  const kind = services.map((each) => holders[each.replace("service ", "")]).find((each) => each !== undefined);
  return [`${kind ?? "role"} ${role.name}`];
}

type DescribeConditions = (conditions: StatementInWords["conditions"]) => string;

/** `aws:SourceArn is order-events topic`. */
function describerOfConditions({ accountId }: Graph, names: ArnNames): DescribeConditions {
  const word = (value: string) => (value === accountId ? "this account" : names.name(value));
  return (conditions) =>
    [...conditions]
      .map(([condition, values]) => {
        const [operator = "", key = ""] = condition.split(" ");
        if (key === "aws:SecureTransport" && values.join() === "false") return "without TLS";
        if (condition === "Null lambda:SourceFunctionArn" && values.join() === "true") return "not asked by its code";
        const verb = /Not/.test(operator) ? "is not" : /Like/.test(operator) ? "is like" : "is";
        const equals = /^(String|Arn)(Equals|Like)$|Bool/.test(operator) || /Not/.test(operator);
        return `${key} ${equals ? verb : operator} ${values.map(word).join(" or ")}`;
      })
      .join(" and ");
}

function refusePreview({ preview }: Graph): void {
  if (preview) throw new Error("The policies are not known in a preview; evaluate the program without preview.");
}

/** Resources are registered in an order that may vary. Lists must be the same in every run. */
function inOrder({ resources }: Graph): readonly GraphResource[] {
  return [...resources].sort((a, b) => compare(a.urn, b.urn));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
