// The policies of a role, in every form in which a program gives them.
import type { GraphResource, Value } from "../graph";

export interface RolePolicies {
  /** Inline policies, and customer managed ones of the program. */
  readonly documents: readonly PolicyDocument[];
  /** ARNs of managed policies that the program does not make. */
  readonly managed: readonly string[];
}

export interface PolicyDocument {
  readonly policy: Value | undefined;
  /** The resource that has it. */
  readonly owner: GraphResource;
}

/** The document of a managed policy that the program makes. */
export const managedPolicy = (arn: string, resources: readonly GraphResource[]): PolicyDocument | undefined => {
  const owner = resources.find(({ type, outputs }) => type === "aws:iam/policy:Policy" && outputs.arn === arn);
  return owner && { policy: owner.inputs.policy, owner };
};

export function rolePolicies(role: GraphResource, resources: readonly GraphResource[]): RolePolicies {
  const documents: PolicyDocument[] = [];
  const managed = new Set<string>();
  const attach = (value: Value | undefined) => {
    const arn = String(value);
    const own = managedPolicy(arn, resources);
    if (own === undefined) managed.add(arn);
    else documents.push(own);
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
  return { documents, managed: [...managed] };
}

const values = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : []);

const structures = (value: Value | undefined): readonly Readonly<Record<string, Value>>[] =>
  Array.isArray(value) ? value : [];
