// What a customer managed key asks of the roles that send to, or receive from, what is encrypted with it.
import * as pulumi from "@pulumi/pulumi";
import type { ArgumentErrors } from "../base/argument-errors";
import type { Operations } from "../base/operations";
import { OutputError } from "../base/output-error";
import type { Statement } from "./statement";

const keyArn = /^arn:[^:]+:kms:[^:]+:\d{12}:key\/[^/]+$/;

const fix =
  "IAM knows keys by their ARNs only, so the roles that send and receive could not be granted its use: give the " +
  "key's ARN, " +
  "as arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";

/** The keys that every component takes. */
export function checkKeys({ kmsKeyArn, formerKmsKeyArn }: Operations, errors: ArgumentErrors): void {
  checkKey("kmsKeyArn", kmsKeyArn, errors);
  checkKey("formerKmsKeyArn", formerKmsKeyArn, errors);
}

/** Of a key that is known in the program; `keyArnOf` sees the others. */
export function checkKey(option: string, key: pulumi.Input<string> | undefined, errors: ArgumentErrors): void {
  if (typeof key === "string" && !keyArn.test(key)) errors.add(`${option} is "${key}"; ${fix}.`);
}

/** The key's ARN; an error of `owner` in the deployment where it turns out to be none. */
export function keyArnOf(key: pulumi.Input<string>, owner: pulumi.Resource): pulumi.Output<string> {
  return pulumi.output(key).apply((known) => {
    if (!keyArn.test(known)) throw new OutputError(`The key "${known}": ${fix}.`, owner);
    return known;
  });
}

/** Services that use a key for whoever calls them, as `kms:ViaService` names them. */
export type KeyUser = "sqs" | "sns" | "kinesis" | "dynamodb" | "s3" | "ssm" | "secretsmanager";

/**
 * The key may be used through the service, and not by the function's own code with what it has got hold of. The
 * service's name ends with the partition's own domain, of which AWS's pages say different things in China: so the end
 * is left open. https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function keyStatements(
  service: KeyUser,
  actions: readonly string[],
  keyArn: pulumi.Input<string> | undefined,
): Statement[] {
  if (keyArn === undefined) return [];
  const viaService = pulumi.output(keyArn).apply((arn) => `${service}.${arn.split(":")[3]}.*`);
  return [
    { actions, resources: [keyArn], condition: { StringLike: { "kms:ViaService": viaService } }, onBehalf: true },
  ];
}

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html, and so for SNS.
 */
export function encryptStatements(service: "sqs" | "sns", keyArn: pulumi.Input<string> | undefined): Statement[] {
  return keyStatements(service, ["kms:GenerateDataKey", "kms:Decrypt"], keyArn);
}

/** Reading what is encrypted with any of the keys: that of today, or the one before. */
export function decryptStatements(
  service: KeyUser,
  ...keyArns: readonly (pulumi.Input<string> | undefined)[]
): Statement[] {
  return keyArns.flatMap((keyArn) => keyStatements(service, ["kms:Decrypt"], keyArn));
}
