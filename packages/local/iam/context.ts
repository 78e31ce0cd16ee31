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
  const request = { principal, input, settings };
  return { get: (key) => values.get(key)?.(request) };
}

interface Request {
  readonly principal: Principal;
  readonly input: Message;
  readonly settings: ContextSettings;
}

/** A request asks for few of its values, if any. */
type Value = (request: Request) => string | undefined;

const member =
  (name: string): Value =>
  ({ input }) =>
    typeof input[name] === "string" ? input[name] : undefined;
const account: Value = ({ settings }) => settings.accountId;
/** Only requests that a service makes as itself name the resource, and the account, for which they are made. */
const ofService =
  (value: (service: Extract<Principal, { kind: "service" }>, request: Request) => string | undefined): Value =>
  (request) => {
    const { principal } = request;
    return principal.kind === "service" && principal.roleArn === undefined ? value(principal, request) : undefined;
  };
/** Of the role in whose session the principal acts, and of the user, who acts as the account. */
const ofCaller =
  (ofRole: (roleArn: string, request: Request) => string | undefined, ofUser: Value): Value =>
  (request) => {
    const roleArn = roleOf(request.principal);
    if (roleArn !== undefined) return ofRole(roleArn, request);
    return request.principal.kind === "user" ? ofUser(request) : undefined;
  };

/** By condition key in lower case. */
const values: ReadonlyMap<string, Value> = new Map(
  Object.entries<Value>({
    "aws:SecureTransport": () => "true",
    "aws:RequestedRegion": ({ settings }) => settings.region,
    "aws:ResourceAccount": account,
    "aws:ViaAWSService": () => "false",
    "sns:Endpoint": member("Endpoint"),
    "sns:Protocol": member("Protocol"),
    "sts:ExternalId": member("ExternalId"),
    "sts:RoleSessionName": member("RoleSessionName"),
    "s3:ResourceAccount": account,
    "s3:prefix": member("Prefix"),
    "s3:delimiter": member("Delimiter"),
    "s3:x-amz-server-side-encryption": member("ServerSideEncryption"),
    "aws:PrincipalIsAWSService": (request) => ofService(() => "true")(request) ?? "false",
    "aws:PrincipalServiceName": ofService(({ service }) => service),
    "aws:SourceAccount": ofService((_service, { settings }) => settings.accountId),
    "aws:SourceArn": ofService(({ sourceArn }) => sourceArn),
    "aws:PrincipalAccount": ofCaller((roleArn, { settings }) => roleArn.split(":")[4] ?? settings.accountId, account),
    "aws:PrincipalArn": ofCaller(
      (roleArn) => roleArn,
      ({ settings }) => rootArn(settings.accountId, settings.region),
    ),
    "aws:PrincipalType": ofCaller(
      () => "AssumedRole",
      () => "Account",
    ),
    "aws:userid": ofCaller(
      (roleArn, { principal, settings }) => `${settings.roleId(roleArn) ?? "AROA"}:${sessionName(principal)}`,
      account,
    ),
    "lambda:SourceFunctionArn": ({ principal, settings }) => {
      if (principal.kind !== "function") return undefined;
      const { accountId, region } = settings;
      const partition = principal.roleArn.split(":")[1] ?? "aws";
      return `arn:${partition}:lambda:${region}:${accountId}:function:${principal.functionName}`;
    },
  }).map(([key, value]) => [key.toLowerCase(), value]),
);

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
