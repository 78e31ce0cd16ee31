// One customer managed key for all that a stack keeps, and who may use it.
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName } from "./base/names";
import { type Operations, protectionOf } from "./base/operations";
import { alarmWriters, keyPlaceOf, keyPolicy, writers } from "./iam/key-policy";

/** The arguments of an `EncryptionKey`. */
export interface EncryptionKeyArgs extends Pick<Operations, "protect"> {
  /**
   * Days for which a deleted key, and with it everything that it encrypts, can be restored, 7 to 30.
   * @default 30
   */
  readonly deletionWindow?: number;
  /**
   * The key's description in KMS.
   * @default the project and the stack that it belongs to
   */
  readonly description?: string;
}

/** The child resources of an `EncryptionKey`, by their roles. */
export interface EncryptionKeyNodes {
  /** The key. */
  readonly key: kms.Key;
}

const longestWindow = 30;

/**
 * A KMS key with yearly rotation. Its policy hands it to the account's IAM policies, which is how functions, Scheduler
 * and API Gateway get it, each by its own role; and it admits the services that write in their own name: SNS and
 * EventBridge into encrypted queues, CloudWatch into an encrypted alarm topic, CloudWatch Logs for this account's log
 * groups. SQS, Kinesis and DynamoDB use the rights of whoever calls them.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 */
export class EncryptionKey extends pulumi.ComponentResource {
  /** For `kmsKeyArn` of the components. */
  readonly keyArn: pulumi.Output<string>;
  readonly #nodes: EncryptionKeyNodes;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - What is to differ from the defaults. Default: nothing.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(name: string, args: EncryptionKeyArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("spillway:index:EncryptionKey", name, {}, opts);
    const errors = new ArgumentErrors(`EncryptionKey "${name}"`);
    checkName(name, errors);
    errors.integer("deletionWindow", args.deletionWindow, {
      min: 7,
      max: longestWindow,
      unit: "days",
      rule: "KMS allows",
    });
    errors.throwIfAny(this);

    const key = new kms.Key(
      name,
      {
        description: args.description ?? `Encrypts what ${pulumi.getProject()}-${pulumi.getStack()} keeps`,
        enableKeyRotation: true,
        deletionWindowInDays: args.deletionWindow ?? longestWindow,
        policy: this.policy(),
      },
      { parent: this, ...protectionOf(args) },
    );
    this.#nodes = { key };
    this.keyArn = key.arn;
    this.registerOutputs({ keyArn: this.keyArn });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): EncryptionKeyNodes {
    return this.#nodes;
  }

  private policy(): pulumi.Output<string> {
    const place = keyPlaceOf(this);
    const { account, region, partition, dnsSuffix } = place;
    return keyPolicy(place, [
      // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
      writers("DeliveriesIntoQueues", ["events.amazonaws.com", "sns.amazonaws.com"], place),
      alarmWriters(place),
      {
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        Sid: "LogGroups",
        Effect: "Allow",
        Principal: { Service: pulumi.interpolate`logs.${region}.${dnsSuffix}` },
        Action: [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:DescribeKey",
        ],
        Resource: "*",
        Condition: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:${partition}:logs:${region}:${account}:log-group:*`,
          },
        },
      },
    ]);
  }
}
