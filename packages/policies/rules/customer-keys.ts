// Keys of one's own for everything that is kept: for those who want them.
import { at, isSet, type Plain, shown } from "./plain";
import { type Policy, resourcePolicy } from "./policy";

/** The property with the key, by type. */
const keyOf: Readonly<Record<string, readonly string[]>> = {
  "aws:sqs/queue:Queue": ["kmsMasterKeyId"],
  "aws:sns/topic:Topic": ["kmsMasterKeyId"],
  "aws:kinesis/stream:Stream": ["kmsKeyId"],
  "aws:dynamodb/table:Table": ["serverSideEncryption", "kmsKeyArn"],
  "aws:cloudwatch/logGroup:LogGroup": ["kmsKeyId"],
  "aws:lambda/function:Function": ["kmsKeyArn"],
  "aws:scheduler/schedule:Schedule": ["kmsKeyArn"],
};

const ofAws = (key: Plain | undefined) => typeof key === "string" && /(^|:)alias\/aws\//.test(key);

export const customerKeyPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "customer-managed-key",
    level: "disabled",
    severity: "medium",
    description: "Stored data is encrypted with a customer managed key.",
    ids: [
      "CKV2_AWS_73",
      "CKV_AWS_185",
      "CKV_AWS_119",
      "CKV_AWS_158",
      "CloudWatchLogGroupEncrypted",
      "CKV_AWS_173",
      "CKV_AWS_297",
    ],
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#customer-cmk",
    types: Object.keys(keyOf),
    check: ({ type, props }, report) => {
      if (type === "aws:lambda/function:Function" && !isSet(at(props, "environment", "variables"))) return;
      const path = keyOf[type] ?? [];
      const key = at(props, ...path);
      if (!isSet(key) || ofAws(key))
        report(`${path.join(".")} is ${shown(key)}`, "Set it to the ARN of a customer managed key");
    },
  }),
];
