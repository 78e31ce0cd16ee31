// Every statement of a program's policies as Markdown. A wildcard has its reason from the table below, or is reported.
import type { Graph } from "../graph";
import { markdownTable } from "./markdown-table";
import { type ResourceStatement, type RoleStatement, resourceStatementsOf, statementsOf } from "./permissions";

interface Reason {
  /** The actions of a statement whose wildcard it explains. */
  readonly actions: ReadonlySet<string>;
  /** A pattern for the resource of the statement. */
  readonly arn: RegExp;
  readonly text: string;
}

const reference = "https://docs.aws.amazon.com/service-authorization/latest/reference";

/** Reasons for wildcards in the policies of roles, where AWS allows nothing else. */
const reasons: readonly Reason[] = [
  {
    actions: new Set(["dynamodb:Query", "dynamodb:Scan"]),
    arn: /^arn:[^:]+:dynamodb:[^:*]+:\d{12}:table\/[^*/]+\/index\/\*$/,
    text: "Which index of the table is queried is the callback's choice; an index has no data but the table's.",
  },
  {
    actions: new Set(["logs:CreateLogStream", "logs:PutLogEvents"]),
    arn: /^arn:[^:]+:logs:[^:*]+:\d{12}:log-group:[^*:]+(:\*|:log-stream:\*)$/,
    text: "Streams within the function's own log group get their names from Lambda.",
  },
  {
    actions: new Set([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "logs:DescribeLogGroups",
      "logs:DescribeLogStreams",
    ]),
    arn: /^arn:[^:]+:logs:[^:*]+:\d{12}:log-group:[^*:]+(:\*|:log-stream:\*)$/,
    text:
      "Streams within the flow log's own log group are named after network interfaces: " +
      "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html",
  },
  {
    actions: new Set(["xray:PutTraceSegments", "xray:PutTelemetryRecords"]),
    arn: /^\*$/,
    text: `X-Ray's write actions support no resource ARNs: ${reference}/list_awsx-ray.html`,
  },
  {
    actions: new Set(["dynamodb:ListStreams"]),
    arn: /^\*$/,
    text:
      "ListStreams applies to the account, not to one table, and returns only names: " +
      "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html",
  },
  {
    actions: new Set([
      "ec2:CreateNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:DeleteNetworkInterface",
      "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses",
    ]),
    arn: /^(\*|arn:[^:]+:ec2:[^:*]+:\d{12}:\*\/\*)$/,
    text:
      "Lambda makes and removes the network interfaces of a function in a VPC with the function's role, and " +
      "names them itself: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
  },
  {
    actions: new Set([
      "logs:CreateLogGroup",
      "logs:CreateLogStream",
      "logs:DescribeLogGroups",
      "logs:DescribeLogStreams",
      "logs:PutLogEvents",
      "logs:GetLogEvents",
      "logs:FilterLogEvents",
    ]),
    arn: /^\*$/,
    text:
      "API Gateway's one role per account and region serves every API, whose log groups it names itself: " +
      "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
  },
];

/**
 * Reasons for wildcards in the policies of resources, by the kind of resource: there a wildcard is a limit, or means
 * the resource itself.
 */
const ownReasons: readonly { readonly kind: RegExp; readonly actions: readonly string[]; readonly text: string }[] = [
  {
    kind: / vpc endpoint$/,
    actions: ["*"],
    text:
      "An endpoint's policy grants nothing; it limits what passes: here to callers and resources of the " +
      "account, as its conditions say: " +
      "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
  },
  {
    kind: / key$/,
    actions: ["kms:*"],
    text:
      "Without this statement the account's own IAM policies could not grant the key, and nobody could manage " +
      "it: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
  },
];

export interface IamList {
  /** The tables, and the reasons for the wildcards in them. */
  readonly markdown: string;
  /** Statements with a wildcard that no reason explains, with their fix: in an action of a role, or in a resource. */
  readonly unexplained: readonly string[];
}

/** Throws for a graph of a preview, which does not know the policies. */
export function iamList(graph: Graph): IamList {
  const used: string[] = [];
  const note = (text: string) => {
    if (!used.includes(text)) used.push(text);
    return `(${used.indexOf(text) + 1})`;
  };
  const unexplained: string[] = [];
  const roles = roleRows(statementsOf(graph), { note, unexplained });
  const resources = resourceRows(resourceStatementsOf(graph), { note, unexplained });
  const lines = [
    "What each role may do; numbers are reasons for a wildcard, below.",
    "",
    markdownTable(["who", "may", "on"], roles),
    "",
    "Who may use a resource by its own policy, invoke a function, or assume a role:",
    "",
    markdownTable(["who", "may or may not", "what", "if", "on"], resources),
  ];
  if (used.length > 0) {
    const numbered = used.map((text, index) => `${index + 1}. ${text}`);
    lines.push("", "Wildcards, and why each is necessary:", "", ...numbered);
  }
  return { markdown: lines.join("\n"), unexplained };
}

/** Follows a wildcard in the tables that no reason explains. */
const unexplainedMark = "**(unexplained wildcard)**";

interface Notes {
  note(text: string): string;
  readonly unexplained: string[];
}

/** Statements with the same actions share a row. */
function roleRows(statements: readonly RoleStatement[], { note, unexplained }: Notes): readonly string[][] {
  const rows = new Map<string, { readonly cells: readonly string[]; readonly on: string[] }>();
  for (const { principal, urn, effect, actions, resource, arn, condition } of statements) {
    const said = actions.length === 0 ? "everything in" : actionsOf(actions, effect);
    const key = JSON.stringify([principal, urn, said, condition]);
    const row = rows.get(key) ?? { cells: [principal, said], on: [] };
    rows.set(key, row);
    const reason = reasonOf({ actions, arn });
    const isWild = effect === "Allow" && (arn.includes("*") || actions.length === 0 || actions.some(isWildcard));
    if (isWild && reason === undefined) {
      unexplained.push(`${principal}: ${said} on ${resource}; name the resource and each action.`);
    }
    const place = arn === "*" ? "`*`" : resource;
    const on = isWild ? `${place} ${reason === undefined ? unexplainedMark : note(reason)}` : place;
    const conditional = `${on}${condition === "" ? "" : ` if ${condition}`}`;
    if (!row.on.includes(conditional)) row.on.push(conditional);
  }
  let last = "";
  return [...rows.values()].map(({ cells: [principal = "", said = ""], on }) => {
    const shown = principal === last ? "" : `**${principal}**`;
    last = principal;
    return [shown, said, on.join(", ")];
  });
}

/** The same statement about several resources is one row. A wildcard in a denial needs no reason. */
function resourceRows(statements: readonly ResourceStatement[], { note, unexplained }: Notes): readonly string[][] {
  const rows = new Map<string, { readonly cells: readonly string[]; readonly resources: Set<string> }>();
  for (const { resource, effect, principals, actions, on, condition } of statements) {
    const isWild = effect === "Allow" && [...actions, ...on].some(isWildcard);
    const reason = ownReasons.find(
      (each) => each.kind.test(resource) && actions.every((action) => each.actions.includes(action)),
    );
    if (isWild && reason === undefined) {
      const place = on.length > 0 ? ` on ${on.join(", ")}` : "";
      unexplained.push(`${resource}: ${principals.join(", ")} may ${actions.join(", ")}${place}; name each.`);
    }
    const mark = reason === undefined ? unexplainedMark : note(reason.text);
    const what = `${actions.map((action) => `\`${action}\``).join(", ")}${isWild ? ` ${mark}` : ""}`;
    const cells = [principals.join(", "), effect === "Allow" ? "may" : "may not", what, condition];
    const row = rows.get(JSON.stringify(cells)) ?? { cells, resources: new Set() };
    rows.set(JSON.stringify(cells), row);
    row.resources.add(on.length > 0 ? `${resource} (${on.join(", ")})` : resource);
  }
  return [...rows.values()].map(({ cells, resources }) => [...cells, [...resources].join(", ")]);
}

function reasonOf({ actions, arn }: Pick<RoleStatement, "actions" | "arn">): string | undefined {
  if (actions.length === 0) return undefined;
  return reasons.find((reason) => reason.arn.test(arn) && actions.every((action) => reason.actions.has(action)))?.text;
}

function actionsOf(actions: readonly string[], effect: "Allow" | "Deny"): string {
  return `${effect === "Deny" ? "not " : ""}${actions.map((action) => `\`${action}\``).join(", ")}`;
}

function isWildcard(text: string): boolean {
  return text.includes("*");
}
