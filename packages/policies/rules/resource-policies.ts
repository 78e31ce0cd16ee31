// Policies of queues, topics, keys and roles: whom they let in.
import { type Plain, type Properties, shown, unknown } from "./plain";
import { type Policy, type Report, resourcePolicy } from "./policy";
import { isPublic, namesCallers, type Statement, statementsOf } from "./policy-document";

const ofQueues = ["aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy"];
const ofTopics = ["aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"];
const ofKeys = ["aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"];

const nameCallers =
  "Name accounts or services in Principal, or add a condition on aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID with fixed values";

function reportPublic(statements: readonly Statement[], report: Report): void {
  for (const statement of statements.filter(isPublic)) {
    report(
      `${statement.label} allows ${statement.actions.join(", ") || "everything"} to anybody (${statement.notPrincipals ? "NotPrincipal" : 'Principal "*"'}${statement.condition === undefined ? "" : `, condition ${shown(statement.condition)}`})`,
      nameCallers,
    );
  }
}

/** The account in `Principal`, an id or an ARN. */
const accountOf = (principal: string) => /^\d{12}$/.exec(principal)?.[0] ?? principal.split(":")[4];

function ownAccountOf({ arn }: Properties, statements: readonly Statement[]): string | undefined {
  const known: readonly (Plain | undefined)[] = [arn, ...statements.flatMap(({ resources }) => resources)];
  return known
    .map((each) => (typeof each === "string" ? each.split(":")[4] : undefined))
    .find((id) => /^\d{12}$/.test(id ?? ""));
}

export const resourcePolicyPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "queue-policy-not-public",
    level: "mandatory",
    severity: "critical",
    description: "No policy of a queue admits everyone, or allows every action.",
    ids: ["SQS.3", "CKV_AWS_168", "CKV_AWS_387", "CKV_AWS_72"],
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html",
    types: ofQueues,
    check: ({ props }, report) => {
      const statements = statementsOf(props.policy);
      reportPublic(statements, report);
      for (const { effect, actions, notActions, label } of statements) {
        const everything = actions.find((action) => action === "*" || action.toLowerCase() === "sqs:*");
        if (effect === "Allow" && (everything !== undefined || notActions)) {
          report(`${label} allows ${everything ?? "all but some actions"}`, "Name the actions, as sqs:SendMessage");
        }
      }
    },
  }),
  resourcePolicy({
    name: "topic-policy-not-public",
    level: "mandatory",
    severity: "critical",
    description: "No policy of a topic admits everyone.",
    ids: ["SNS.4", "CKV_AWS_169"],
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html",
    types: ofTopics,
    check: ({ props }, report) => reportPublic(statementsOf(props.policy), report),
  }),
  resourcePolicy({
    name: "topic-policy-same-account",
    level: "advisory",
    severity: "medium",
    description: "The policy of a topic admits no other account.",
    ids: ["CKV_AWS_385"],
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
    options: {
      accounts: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Ids of other accounts that topics may admit.",
      },
    },
    types: ofTopics,
    check: ({ props }, report, { accounts: admitted }: { readonly accounts: readonly string[] }) => {
      const statements = statementsOf(props.policy);
      const own = ownAccountOf(props, statements);
      if (own === undefined) return;
      for (const { effect, accounts, label } of statements) {
        for (const principal of effect === "Allow" ? accounts : []) {
          const account = accountOf(principal);
          if (account === undefined || account === own || admitted.includes(account)) continue;
          report(
            `${label} lets ${principal} in, and the topic is of account ${own}`,
            "Leave it out, or add the account to this policy's accounts",
          );
        }
      }
    },
  }),
  resourcePolicy({
    name: "service-admitted-for-its-source",
    level: "advisory",
    severity: "medium",
    description:
      "A policy that admits an AWS service names the resource or account: a service acts for every AWS customer.",
    ids: [],
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    types: [...ofQueues, ...ofTopics],
    check: ({ props }, report) => {
      for (const { effect, services, condition, label } of statementsOf(props.policy)) {
        if (effect !== "Allow" || services.length === 0 || namesCallers(condition)) continue;
        report(
          `${label} lets ${services.join(", ")} in, whichever customer it acts for`,
          "Add a condition on aws:SourceArn or aws:SourceAccount with fixed values",
        );
      }
    },
  }),
  resourcePolicy({
    name: "key-policy-not-public",
    level: "mandatory",
    severity: "critical",
    description: "No policy of a key lets everyone use it.",
    ids: ["CKV_AWS_33"],
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
    types: ofKeys,
    check: ({ props }, report) => reportPublic(statementsOf(props.policy), report),
  }),
  resourcePolicy({
    name: "role-trust-not-public",
    level: "mandatory",
    severity: "critical",
    description: "No role can be assumed by everyone.",
    ids: ["CKV_AWS_60"],
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    types: ["aws:iam/role:Role"],
    check: ({ props: { assumeRolePolicy } }, report) => {
      if (assumeRolePolicy !== unknown) reportPublic(statementsOf(assumeRolePolicy), report);
    },
  }),
];
