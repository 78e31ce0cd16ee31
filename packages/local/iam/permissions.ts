// Checks every request of a function, of a service, and of a client without credentials against the policies of the
// program. What AWS would deny is denied here.
import { bucketArnIn, partitionOf } from "@spillway/graph";
import { type Message, type Observer, type Principal, ServiceError } from "../service/ask";
import type { Iam } from "./iam";
import { requirementsOf } from "./requirements";
import { compilePolicy } from "./statement";

export interface PermissionSettings {
  readonly accountId: string;
  readonly region: string;
  /** The ARN of the Kinesis stream in a request that has only an iterator or a token. */
  streamOf?(input: Message): string | undefined;
  /** The ARNs of the queues whose dead letters go to the queue. */
  sourceQueuesOf?(queueArn: string): readonly string[];
  /** The ARN of the secret that a request names. */
  secretArnOf?(nameOrArn: string): string | undefined;
}

/** Actions that AWS takes without a signature, from the links in its messages. */
const forEverybody = new Set(["sns:ConfirmSubscription", "sns:Unsubscribe"]);

export function createPermissions(iam: Iam, settings: PermissionSettings): Observer {
  const { accountId, region, streamOf, sourceQueuesOf = () => [], secretArnOf = () => undefined } = settings;
  const arnOf = (service: string, resource: string) =>
    `arn:${partitionOf(region)}:${service}:${region}:${accountId}:${resource}`;

  const bucketArn = (name: string) => bucketArnIn(region, name);
  const requirementSettings = { arnOf, bucketArn, sourceQueuesOf, secretArnOf };

  return {
    before(principal, service, action, input) {
      refuseUnjudged(input);
      if (principal.kind === "expired") throw expired(service);
      if (principal.kind === "stranger") throw unknownKey(principal, service);
      if (service === "sts") return judgeSts(iam, principal, action, input);
      if (principal.kind === "user") return;
      const streamArn = service === "kinesis" ? streamOf?.(input) : undefined;
      const named = streamArn === undefined ? input : { ...input, StreamARN: streamArn };
      for (const { permission, resource } of requirementsOf(service, action, named, requirementSettings)) {
        if (principal.kind === "anonymous" && forEverybody.has(permission)) continue;
        const refusal = iam.refusal(principal, permission, resource, input);
        if (refusal === undefined) continue;
        throw principal.kind === "anonymous" ? unsigned(permission) : refused(permission, refusal);
      }
    },
  };
}

/** A caller needs no permission to ask who it is. */
function judgeSts(iam: Iam, principal: Principal, action: string, input: Message): void {
  if (principal.kind === "anonymous") throw unsigned(`sts:${action}`);
  // STS itself refuses a request that names no role.
  if (action !== "AssumeRole" || typeof input.RoleArn !== "string") return;
  let refusal: string | undefined;
  try {
    // The role's own policies are read here too, because every later request is judged by them.
    const isKnown = iam.role(input.RoleArn) !== undefined;
    const account = iam.settings.accountId;
    const hint = isKnown
      ? `The role's trust policy must allow sts:AssumeRole to {"AWS": "${account}"}, or to the role of the caller.`
      : "The program that runs here does not make this role.";
    const words = iam.assumeRefusal(principal, input.RoleArn, input);
    refusal = words && `${words}. ${hint}`;
  } catch (error) {
    throw new ServiceError("ValidationError", error instanceof Error ? error.message : String(error));
  }
  if (refusal !== undefined) throw refused("sts:AssumeRole", refusal);
}

/** Refuses a policy for a queue or a topic that the run cannot judge. */
function refuseUnjudged({ Attributes, AttributeName, AttributeValue }: Message): void {
  const policy =
    AttributeName === "Policy" ? AttributeValue : (Attributes as { readonly Policy?: unknown } | undefined)?.Policy;
  if (typeof policy !== "string" || !policy.trimStart().startsWith("{")) return;
  try {
    compilePolicy(policy, "Policy");
  } catch (error) {
    throw new ServiceError("InvalidAttributeValue", error instanceof Error ? error.message : String(error));
  }
}

const refused = (permission: string, message: string) =>
  new ServiceError(
    "AccessDeniedException",
    message,
    /^(sqs|lambda|sns|s3|sts|execute-api):/.test(permission) ? 403 : 400,
  );

const unsigned = (permission: string) =>
  new ServiceError(
    "MissingAuthenticationToken",
    `Request is missing Authentication Token (${permission}). Sign it: any access key of yours has full access ` +
      "here, as AWS_ACCESS_KEY_ID=test and AWS_SECRET_ACCESS_KEY=test.",
    403,
  );

/** The error for an unknown access key, as the protocol of each service has it. */
function unknownKey(
  { functionName, accessKeyId }: Extract<Principal, { kind: "stranger" }>,
  service: string,
): ServiceError {
  return new ServiceError(
    isQuery(service) ? "InvalidClientTokenId" : "UnrecognizedClientException",
    `The security token included in the request is invalid. Function "${functionName}" signs with the access key ` +
      `"${accessKeyId}", which is not that of its role; leave the credentials out of its clients.`,
    keyStatus(service),
  );
}

const expired = (service: string) =>
  new ServiceError(
    isQuery(service) || service === "s3" ? "ExpiredToken" : "ExpiredTokenException",
    "The security token included in the request is expired",
    keyStatus(service),
  );

const isQuery = (service: string) => ["sqs", "sns", "sts"].includes(service);

/** The status of an answer to a key that is not valid. */
const keyStatus = (service: string) =>
  ["dynamodb", "dynamodbstreams", "kinesis", "events", "logs", "s3"].includes(service) ? 400 : 403;
