// The values in a request that conditions of policies compare.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import { partitionOf } from "@spillway/graph";
import type { Message, Principal } from "../service/ask";
import type { Context } from "./template";

export interface ContextSettings {
  readonly accountId: string;
  readonly region: string;
  /** The unique id of a role, as `AROA…`; undefined for a role outside the program. */
  roleId(roleArn: string): string | undefined;
}

/**
 * The keys that a condition may use: those of requests to the run, and those that such requests do not have on AWS
 * either.
 */
export const knownKeys: ReadonlySet<string> = new Set(
  [
    ...["aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:PrincipalServiceName"],
    ...["aws:PrincipalType", "aws:RequestedRegion", "aws:ResourceAccount", "aws:SecureTransport"],
    ...["aws:SourceAccount", "aws:SourceArn", "aws:userid", "aws:ViaAWSService"],
    ...["lambda:SourceFunctionArn", "sns:Endpoint", "sns:Protocol"],
    ...["sts:ExternalId", "sts:RoleSessionName"],
    ...["s3:delimiter", "s3:prefix", "s3:ResourceAccount", "s3:x-amz-server-side-encryption"],
    // Keys of users, and of alarms and buckets that send to topics.
    ...["aws:username", "aws:SourceOwner"],
    // Keys of requests to KMS. Nobody sends such requests to the run.
    ...["kms:ViaService", "kms:EncryptionContext:aws:scheduler:schedule:arn"],
  ].map((key) => key.toLowerCase()),
);

/** On AWS every one of these requests would come by TLS, so they are judged as if they did. */
export function contextOf(principal: Principal, input: Message, settings: ContextSettings): Context {
  const { accountId, region } = settings;
  const context = new Map<string, string>();
  const add = (values: Readonly<Record<string, string | undefined>>) => {
    for (const key in values) if (values[key] !== undefined) context.set(key.toLowerCase(), values[key]);
  };
  add({
    "aws:SecureTransport": "true",
    "aws:RequestedRegion": region,
    "aws:ResourceAccount": accountId,
    "aws:ViaAWSService": "false",
    "aws:PrincipalIsAWSService": "false",
    "sns:Endpoint": textIn(input, "Endpoint"),
    "sns:Protocol": textIn(input, "Protocol"),
    "sts:ExternalId": textIn(input, "ExternalId"),
    "sts:RoleSessionName": textIn(input, "RoleSessionName"),
    "s3:ResourceAccount": accountId,
    "s3:prefix": textIn(input, "Prefix"),
    "s3:delimiter": textIn(input, "Delimiter"),
    "s3:x-amz-server-side-encryption": textIn(input, "ServerSideEncryption"),
  });
  add(ofPrincipal(principal, settings));
  return context;
}

function ofPrincipal(principal: Principal, { accountId, region, roleId }: ContextSettings): Record<string, string> {
  const roleArn = roleOf(principal);
  if (roleArn === undefined) {
    if (principal.kind === "user") {
      return {
        "aws:PrincipalAccount": accountId,
        "aws:PrincipalArn": rootArn(accountId, region),
        "aws:PrincipalType": "Account",
        "aws:userid": accountId,
      };
    }
    if (principal.kind !== "service") return {};
    // Only requests that a service makes as itself name the resource, and the account, for which they are made.
    return {
      "aws:PrincipalIsAWSService": "true",
      "aws:PrincipalServiceName": principal.service,
      "aws:SourceAccount": accountId,
      ...(principal.sourceArn !== undefined && { "aws:SourceArn": principal.sourceArn }),
    };
  }
  const [, partition = "aws", , , account = accountId] = roleArn.split(":");
  return {
    "aws:PrincipalAccount": account,
    "aws:PrincipalArn": roleArn,
    "aws:PrincipalType": "AssumedRole",
    "aws:userid": `${roleId(roleArn) ?? "AROA"}:${sessionName(principal)}`,
    ...(principal.kind === "function" && {
      "lambda:SourceFunctionArn": `arn:${partition}:lambda:${region}:${accountId}:function:${principal.functionName}`,
    }),
  };
}

/** The role in whose session the principal acts; undefined where it acts in none. */
export function roleOf(principal: Principal): string | undefined {
  switch (principal.kind) {
    case "function":
    case "role":
    case "service":
      return principal.roleArn;
    default:
      return undefined;
  }
}

/** The name of the session of the role. */
export function sessionName(principal: Principal): string {
  if (principal.kind === "function") return principal.functionName;
  if (principal.kind === "role") return principal.sessionName;
  return principal.kind === "service" ? (principal.service.split(".")[0] ?? "") : "";
}

/** `arn:aws:sts::000000000000:assumed-role/<role>/<session>`, with the name of the role without its path. */
export function sessionArn(roleArn: string, session: string): string {
  const [, partition, , , account] = roleArn.split(":");
  return `arn:${partition}:sts::${account}:assumed-role/${roleArn.split("/").pop()}/${session}`;
}

/** The account itself, as which the user's own keys act. */
export const rootArn = (accountId: string, region: string) => `arn:${partitionOf(region)}:iam::${accountId}:root`;

const textIn = (input: Message, name: string) => (typeof input[name] === "string" ? String(input[name]) : undefined);
