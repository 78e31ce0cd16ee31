// The SNS topic that alarms go to: encrypted with a key that CloudWatch may use, and open for CloudWatch of this
// account alone.
import * as kms from "@pulumi/aws/kms";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName, nameOfTopic } from "./base/names";
import { type Operations, protectionOf } from "./base/operations";
import { checkKey, keyArnOf } from "./iam/encryption";
import { alarmWriters, type KeyPlace, keyPlaceOf, keyPolicy } from "./iam/key-policy";
import { publishByTlsOnly } from "./iam/topic-policy";

/** The arguments of an `AlarmTopic`. */
export interface AlarmTopicArgs extends Pick<Operations, "protect"> {
  /**
   * The addresses that get a mail when an alarm goes off and when it is over. SNS first sends each address a link to
   * confirm the subscription, and no alarm before that. https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
   * @default none
   */
  readonly emails?: readonly string[];
  /**
   * Whether others subscribe to the topic, in the program or by hand. Otherwise the deployment warns, without `emails`,
   * that nobody receives the alarms.
   * @default false
   */
  readonly subscribedElsewhere?: boolean;
  /**
   * ARN of a customer managed key whose policy allows cloudwatch.amazonaws.com kms:Decrypt and kms:GenerateDataKey, as
   * the policy of an `EncryptionKey` does.
   * @default a key of the topic's own, for $1 a month
   */
  readonly kmsKeyArn?: pulumi.Input<string>;
}

/** The child resources of an `AlarmTopic`, by their roles. */
export interface AlarmTopicNodes {
  /** The topic. */
  readonly topic: sns.Topic;
  /** Its policy: CloudWatch of this account may publish. */
  readonly policy: sns.TopicPolicy;
  /** The topic's own key; undefined with a `kmsKeyArn`. */
  readonly key: kms.Key | undefined;
  /** The subscriptions of `emails`, by the addresses. */
  readonly subscriptions: Readonly<Record<string, sns.TopicSubscription>>;
}

/**
 * A topic for `alarmTopicArn` of all components. CloudWatch cannot use AWS's own key of SNS (`alias/aws/sns`): an alarm
 * whose topic has that one goes off in silence. Throws a ResourceError that lists every faulty argument.
 */
export class AlarmTopic extends pulumi.ComponentResource {
  /** ARN of the topic, for `alarmTopicArn` of the components. */
  readonly topicArn: pulumi.Output<string>;
  /** Name of the topic. */
  readonly topicName: pulumi.Output<string>;
  readonly #nodes: AlarmTopicNodes;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - What is to differ from the defaults. Default: nothing.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(
    private readonly name: string,
    args: AlarmTopicArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:AlarmTopic", name, {}, opts);
    const { emails = [], kmsKeyArn, protect } = args;
    check(name, args, this);
    if (emails.length === 0 && args.subscribedElsewhere !== true) this.warnOfSilence();
    const place = keyPlaceOf(this);
    const { key, keyArn } =
      kmsKeyArn === undefined ? this.createKey(place, protect) : { key: undefined, keyArn: keyArnOf(kmsKeyArn, this) };
    const topic = new sns.Topic(name, { kmsMasterKeyId: keyArn }, { parent: this });
    const policy = this.createPolicy(topic, place.account);
    const subscriptions = Object.fromEntries(
      emails.map((email) => [
        email,
        new sns.TopicSubscription(
          `${name}-${email}`,
          { topic: topic.arn, protocol: "email", endpoint: email },
          { parent: this },
        ),
      ]),
    );
    this.#nodes = { topic, policy, key, subscriptions };
    this.topicArn = topic.arn;
    this.topicName = topic.name;
    this.registerOutputs({ topicArn: this.topicArn, topicName: this.topicName });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): AlarmTopicNodes {
    return this.#nodes;
  }

  private warnOfSilence(): void {
    const warning =
      `AlarmTopic "${this.name}": emails is empty, so nobody is notified of an alarm. Give emails (pulumi config ` +
      "set --path 'alarmEmails[0]' " +
      "on-call@example.com where the configuration has alarmEmails), or say subscribedElsewhere: true if others " +
      "subscribe to it.";
    void pulumi.log.warn(warning, this);
  }

  private createKey(place: KeyPlace, protect: boolean | undefined) {
    const key = new kms.Key(
      this.name,
      {
        description: `Alarms of ${this.name}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: keyPolicy(place, [alarmWriters(place)]),
      },
      { parent: this, ...protectionOf({ protect }) },
    );
    return { key, keyArn: key.arn };
  }

  /**
   * It takes the place of SNS's default policy, so that CloudWatch must be named; the account's own roles publish by
   * their own policies.
   */
  private createPolicy(topic: sns.Topic, accountId: pulumi.Output<string>): sns.TopicPolicy {
    return new sns.TopicPolicy(
      this.name,
      {
        arn: topic.arn,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Alarms",
              Effect: "Allow",
              Principal: { Service: "cloudwatch.amazonaws.com" },
              Action: "sns:Publish",
              Resource: topic.arn,
              Condition: { StringEquals: { "aws:SourceAccount": accountId } },
            },
            publishByTlsOnly(topic.arn),
          ],
        }),
      },
      { parent: this },
    );
  }
}

function check(name: string, { emails = [], kmsKeyArn }: AlarmTopicArgs, owner: pulumi.Resource): void {
  const errors = new ArgumentErrors(`AlarmTopic "${name}"`);
  checkName(name, errors, [nameOfTopic(false)]);
  checkKey("kmsKeyArn", kmsKeyArn, errors);
  for (const [index, email] of emails.entries()) {
    if (!/^[^\s@"<>,;:]+@[^\s@"<>,;:.]+(\.[^\s@"<>,;:.]+)+$/.test(email)) {
      errors.add(`emails[${index}] is "${email}"; give one address, as on-call@example.com.`);
    }
    if (emails.findIndex((other) => other.toLowerCase() === email.toLowerCase()) < index) {
      errors.add(`emails has "${email}" twice; SNS keeps one subscription for an address, so leave one out.`);
    }
  }
  errors.throwIfAny(owner);
}
