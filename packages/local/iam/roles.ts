// The roles of the program: what they allow, their boundaries, and who may assume them.
import type { GraphResource, Value } from "@spillway/graph";
import { type GivenPolicy, rolePolicies } from "@spillway/graph/read/role-policies";
import { described, numberIn, textIn } from "../service/values";
import { awsManagedPolicy } from "./managed-policies";
import { compilePolicy, type Statement } from "./statement";

export interface Role {
  readonly id: string | undefined;
  readonly identity: readonly Statement[];
  /** Undefined where it has none. */
  readonly boundary: readonly Statement[] | undefined;
  /** What the trust policy says about services. */
  readonly trust: readonly Statement[];
  /** Seconds for which its credentials last at the most. */
  readonly maxSessionDuration: number;
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const defaultSessionDuration = 3600;

const roleArn = /arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+/g;

const isRole = ({ type }: GraphResource) => type === "aws:iam/role:Role";

/** A role is read at its first use, so that policies of unused roles need not be judged. */
export class Roles {
  readonly #resources: readonly GraphResource[];
  readonly #roles: ReadonlyMap<string, GraphResource>;
  readonly #read = new Map<string, Role>();

  constructor(resources: readonly GraphResource[]) {
    this.#resources = resources;
    this.#roles = new Map(resources.filter(isRole).map((role) => [String(role.outputs.arn), role]));
  }

  /** ARNs of the roles that other resources of the program name, also inside a document. */
  used(): readonly string[] {
    const named = new Set<string>();
    const look = (value: Value): void => {
      if (typeof value === "string") for (const [arn] of value.matchAll(roleArn)) named.add(arn);
      else if (typeof value === "object" && value !== null)
        for (const each of Object.values(value)) look(each as Value);
    };
    for (const { type, custom, inputs } of this.#resources) if (custom && !type.startsWith("aws:iam/")) look(inputs);
    return [...this.#roles.keys()].filter((arn) => named.has(arn));
  }

  /**
   * The role with the ARN; undefined for a role outside the program. Throws an Error for a policy that cannot be
   * judged.
   */
  find(arn: string): Role | undefined {
    const resource = this.#roles.get(arn);
    const known = this.#read.get(arn);
    if (resource === undefined || known !== undefined) return known;
    const role = this.#roleOf(resource);
    this.#read.set(arn, role);
    return role;
  }

  /**
   * What the trust policy says about callers of AssumeRole; nothing for a role outside the program. It is read only
   * then, so that other programs may have conditions in it that the run cannot judge. Throws an Error for those.
   */
  callers(arn: string): readonly Statement[] {
    const role = this.#roles.get(arn);
    return role === undefined ? [] : compilePolicy(role.inputs.assumeRolePolicy, described(role), "callers");
  }

  #roleOf(role: GraphResource): Role {
    const { documents, managed, boundary } = rolePolicies(role, this.#resources);
    const compiled = (given: GivenPolicy | string) =>
      typeof given === "string"
        ? compilePolicy(awsManagedPolicy(given, described(role)), described(role))
        : compilePolicy(given.policy, described(given.owner));
    return {
      id: textIn(role.outputs, "uniqueId"),
      identity: [...documents, ...managed].flatMap(compiled),
      boundary: boundary === undefined ? undefined : compiled(boundary),
      trust: compilePolicy(role.inputs.assumeRolePolicy, described(role), "services"),
      maxSessionDuration: numberIn(role.inputs, "maxSessionDuration") ?? defaultSessionDuration,
    };
  }
}
