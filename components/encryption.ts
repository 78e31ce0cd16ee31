// What a customer managed key asks of the roles that send to, or receive from, what is encrypted with it.
import * as pulumi from "@pulumi/pulumi";
import type { ArgumentErrors } from "./argument-errors";
import type { Statement } from "./binding";

/** AWS's own keys, `alias/aws/sqs` and others, admit everybody who may use the service. */
const own = /(^|:)alias\/aws\//;
const alias = /(^|:)alias\//;

const fix =
  "IAM knows keys by their ARNs only, so the roles that send and receive could not be granted its use: give the key's ARN.";

/** Of a key that is known in the program; `keyArnOf` sees the others. */
export function checkKey(
  option: string,
  key: pulumi.Input<string | undefined> | undefined,
  errors: ArgumentErrors,
): void {
  if (typeof key === "string" && alias.test(key) && !own.test(key)) errors.add(`${option} is "${key}"; ${fix}`);
}

/** The ARN of a key that is given as SQS and SNS take it, by ARN or id; undefined where roles need no right to it. `encrypted`: ARN of what it encrypts. */
export function keyArnOf(
  key: pulumi.Input<string | undefined> | undefined,
  encrypted: pulumi.Output<string>,
): pulumi.Output<string> | undefined {
  if (key === undefined || (typeof key === "string" && own.test(key))) return undefined;
  return pulumi.all([key, encrypted]).apply(([id = "", arn]) => {
    const [, partition, , region, account] = arn.split(":");
    // Of AWS's own key known only now: a right to an alias is none, and none is needed.
    if (alias.test(id) && !own.test(id)) throw new pulumi.RunError(`The key "${id}": ${fix}`);
    if (id.startsWith("arn:")) return id;
    return `arn:${partition}:kms:${region}:${account}:${alias.test(id) ? id : `key/${id}`}`;
  });
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html, and so for SNS. */
export function encryptStatements(keyArn: pulumi.Input<string> | undefined): Statement[] {
  return keyArn === undefined ? [] : [{ actions: ["kms:GenerateDataKey", "kms:Decrypt"], resources: [keyArn] }];
}

export function decryptStatements(keyArn: pulumi.Input<string> | undefined): Statement[] {
  return keyArn === undefined ? [] : [{ actions: ["kms:Decrypt"], resources: [keyArn] }];
}
