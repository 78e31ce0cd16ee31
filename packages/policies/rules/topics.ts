// Topics: encrypted, published to by TLS only.
import { isSet, shown } from "./plain";
import { type Policy, resourcePolicy, stackPolicy } from "./policy";
import { hasPolicy } from "./queues";

const topic = "aws:sns/topic:Topic";

export const topicPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "topic-encrypted",
    level: "mandatory",
    severity: "medium",
    description: "Topics are encrypted at rest.",
    ids: ["SNSEncryptedKMS", "CKV_AWS_26"],
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
    types: [topic],
    check: ({ props: { kmsMasterKeyId } }, report) => {
      if (isSet(kmsMasterKeyId)) return;
      report(
        `kmsMasterKeyId is ${shown(kmsMasterKeyId)}`,
        'Set it to "alias/aws/sns", or to a key of your own where an AWS service publishes',
      );
    },
  }),
  stackPolicy({
    name: "topic-tls-only",
    level: "mandatory",
    severity: "high",
    description: "Topics without a key deny publishing without TLS.",
    ids: ["AwsSolutions-SNS3"],
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
    check: (stack, report) => {
      for (const one of stack.ofType(topic)) {
        if (isSet(one.props.kmsMasterKeyId)) continue;
        if (hasPolicy(stack, one, "arn", "aws:sns/topicPolicy:TopicPolicy", ["sns:Publish", "sns:*", "*"])) continue;
        report(
          one,
          "no policy of it denies publishing without TLS, and it has no key",
          'Add a TopicPolicy with { Effect: "Deny", Principal: "*", Action: "sns:Publish", Condition: { Bool: { "aws:SecureTransport": "false" } } }',
        );
      }
    },
  }),
];
