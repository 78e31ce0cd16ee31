// The policies of a role, in every form in which a program may give them.
import type { GraphResource, Value } from "../graph";

export interface RolePolicies {
  /** Inline policies, and customer managed policies of the program. */
  readonly documents: readonly GivenPolicy[];
  /** ARNs of managed policies outside the program. */
  readonly managed: readonly string[];
  /** The permissions boundary; its ARN where it is outside the program; undefined where there is none. */
  readonly boundary: GivenPolicy | string | undefined;
}

export interface GivenPolicy {
  readonly policy: Value | undefined;
  /** The resource that contains the policy. */
  readonly owner: GraphResource;
}

export function rolePolicies(role: GraphResource, resources: readonly GraphResource[]): RolePolicies {
  const documents: GivenPolicy[] = [];
  const managed = new Set<string>();
  const find = (arn: string): GivenPolicy | string => {
    const owner = resources.find(({ type, outputs }) => type === "aws:iam/policy:Policy" && outputs.arn === arn);
    return owner === undefined ? arn : { policy: owner.inputs.policy, owner };
  };
  const attach = (value: Value | undefined) => {
    const found = find(String(value));
    if (typeof found === "string") managed.add(found);
    else documents.push(found);
  };
  const isRoles = (value: Value | undefined) =>
    value === role.id || value === role.outputs.name || value === role.outputs.arn;
  for (const { policy } of structures(role.inputs.inlinePolicies)) {
    if (policy !== undefined) documents.push({ policy, owner: role });
  }
  for (const arn of values(role.inputs.managedPolicyArns)) attach(arn);
  for (const resource of resources) {
    const { type, inputs } = resource;
    if (type === "aws:iam/rolePolicy:RolePolicy" && isRoles(inputs.role)) {
      documents.push({ policy: inputs.policy, owner: resource });
    } else if (type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment" && isRoles(inputs.role)) {
      attach(inputs.policyArn);
    } else if (type === "aws:iam/policyAttachment:PolicyAttachment" && values(inputs.roles).some(isRoles)) {
      attach(inputs.policyArn);
    }
  }
  const { permissionsBoundary } = role.inputs;
  const boundary =
    typeof permissionsBoundary === "string" && permissionsBoundary !== "" ? permissionsBoundary : undefined;
  return { documents, managed: [...managed], boundary: boundary === undefined ? undefined : find(boundary) };
}

const values = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : []);

const structures = (value: Value | undefined): readonly Readonly<Record<string, Value>>[] =>
  Array.isArray(value) ? value : [];
