// Kinesis streams.
import { isSet, shown, unknown } from "./plain";
import { type Policy, resourcePolicy } from "./policy";

const stream = "aws:kinesis/stream:Stream";

export const streamPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "stream-encrypted",
    level: "mandatory",
    severity: "medium",
    description: "Streams are encrypted at rest.",
    ids: ["AwsSolutions-KDS1", "CKV_AWS_43", "Kinesis.1"],
    url: "https://docs.aws.amazon.com/streams/latest/dev/server-side-encryption.html",
    types: [stream],
    check: ({ props: { encryptionType, kmsKeyId } }, report) => {
      if ((encryptionType === "KMS" || encryptionType === unknown) && isSet(kmsKeyId)) return;
      report(
        `encryptionType is ${shown(encryptionType)}, kmsKeyId ${shown(kmsKeyId)}`,
        'Set encryptionType to "KMS" and kmsKeyId to "alias/aws/kinesis" or a key of your own',
      );
    },
  }),
  resourcePolicy({
    name: "stream-retention",
    level: "advisory",
    severity: "medium",
    description: "Streams keep their records for a week, so that failed records can be read again.",
    ids: ["Kinesis.3"],
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/kinesis-controls.html",
    options: {
      hours: {
        type: "integer",
        minimum: 24,
        maximum: 8760,
        default: 168,
        description: "Minimum retention of records in hours.",
      },
    },
    types: [stream],
    check: ({ props: { retentionPeriod } }, report, { hours }: { readonly hours: number }) => {
      const given = retentionPeriod ?? 24;
      if (given === unknown || (typeof given === "number" && given >= hours)) return;
      report(`retentionPeriod is ${shown(retentionPeriod)} (24 h where it is not set)`, `Set it to at least ${hours}`);
    },
  }),
];
