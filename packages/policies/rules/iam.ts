// What roles, users and groups may do.

import { escalating, pushToCloudWatchLogs, withoutResources } from "./iam-actions";
import { at, listOf, type Plain, type Properties, textsOf } from "./plain";
import { type Policy, type Resource, resourcePolicy } from "./policy";
import { type Statement, statementsOf } from "./policy-document";

const holders = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
  "aws:iam/role:Role",
];
const attachments = [
  "aws:iam/role:Role",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
  "aws:iam/policyAttachment:PolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
];
const broad = /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|[^/]*Full_?Access[^/]*)$/i;
/** `*`, or everything of a service. */
const everything = /^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:\*)$/;

function allowed({ props }: Resource): readonly Statement[] {
  const inline = listOf(props.inlinePolicies).map((each) => at(each, "policy"));
  const documents: readonly (Plain | undefined)[] = [props.policy, ...inline];
  return documents.flatMap(statementsOf).filter(({ effect }) => effect === "Allow");
}

function managed({ policyArn, policyArns, managedPolicyArns }: Properties): readonly string[] {
  const given: readonly (Plain | undefined)[] = [policyArn, policyArns, managedPolicyArns];
  return given.flatMap(textsOf).filter((arn) => /^arn:[^:]+:iam::aws:policy\//.test(arn));
}

/** Exactly what API Gateway asks of the role that it logs with, for all APIs of an account. */
const isPushToCloudWatchLogs = (actions: readonly string[]) =>
  actions.length === pushToCloudWatchLogs.size && actions.every((action) => pushToCloudWatchLogs.has(action));

const least = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege";

export const iamPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "iam-no-broad-managed-policy",
    level: "mandatory",
    severity: "high",
    description: "No role has an AWS managed policy that allows everything.",
    ids: ["AwsSolutions-IAM4"],
    url: least,
    types: attachments,
    check: ({ props }, report) => {
      for (const arn of managed(props).filter((each) => broad.test(each))) {
        report(`it attaches ${arn}`, "Allow what is needed, in a RolePolicy");
      }
    },
  }),
  resourcePolicy({
    name: "iam-no-managed-policy",
    level: "advisory",
    severity: "low",
    description: "Roles have their own policies: AWS managed policies apply to every resource, and AWS changes them.",
    ids: ["AwsSolutions-IAM4"],
    url: least,
    options: {
      allow: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "ARNs of managed policies that may be attached.",
      },
    },
    types: attachments,
    check: ({ props }, report, { allow }: { readonly allow: readonly string[] }) => {
      for (const arn of managed(props).filter((each) => !broad.test(each) && !allow.includes(each))) {
        report(`it attaches ${arn}`, "Allow what is needed of it, in a RolePolicy");
      }
    },
  }),
  resourcePolicy({
    name: "iam-no-wildcard-action",
    level: "mandatory",
    severity: "high",
    description: "Policies name the actions that they allow.",
    ids: ["AwsSolutions-IAM5", "Serverless-StarPermissions"],
    url: least,
    options: {
      allow: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Actions with wildcards that may be allowed, as s3:Get*.",
      },
    },
    types: holders,
    check: (resource, report, { allow }: { readonly allow: readonly string[] }) => {
      for (const { actions, notActions, label } of allowed(resource)) {
        if (notActions) report(`${label} allows all but some actions (NotAction)`, "Name the actions that are needed");
        for (const action of actions.filter((each) => /[*?]/.test(each) && !allow.includes(each))) {
          report(`${label} allows ${action}`, "Name the actions that are needed");
        }
      }
    },
  }),
  resourcePolicy({
    name: "iam-no-wildcard-resource",
    level: "mandatory",
    severity: "high",
    description: "Policies name the resources that they allow, wherever the action supports them.",
    ids: ["CKV_AWS_355", "CKV_AWS_356", "CKV_AWS_111", "CKV_AWS_287", "CKV_AWS_288", "CKV_AWS_290"],
    url: "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    options: {
      allow: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "More actions that may be allowed for every resource.",
      },
    },
    types: holders,
    check: (resource, report, { allow }: { readonly allow: readonly string[] }) => {
      for (const { actions, resources, notResources, label } of allowed(resource)) {
        const wide = notResources
          ? "all but some resources (NotResource)"
          : resources.find((each) => everything.test(each));
        if (wide === undefined || isPushToCloudWatchLogs(actions)) continue;
        const named = actions.filter((action) => !withoutResources.has(action) && !allow.includes(action));
        if (named.length > 0) report(`${label} allows ${named.join(", ")} on ${wide}`, "Name the ARNs that it is for");
      }
    },
  }),
  resourcePolicy({
    name: "iam-no-escalation",
    level: "mandatory",
    severity: "critical",
    description: "No policy lets its holder escalate its own permissions.",
    ids: ["CKV_AWS_286", "CKV_AWS_289"],
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    types: holders,
    check: (resource, report) => {
      for (const { actions, resources, label } of allowed(resource)) {
        const wide = resources.find(
          (each) => everything.test(each) || /:(role|user|group|policy|function)[/:]\*$/.test(each),
        );
        const found = actions.filter((action) => escalating.has(action));
        if (wide !== undefined && found.length > 0) {
          report(
            `${label} allows ${found.join(", ")} on ${wide}`,
            "Name the roles, policies or functions that it is for, by full ARN",
          );
        }
      }
    },
  }),
];
