// KMS keys.
import { shown, unknown } from "./plain";
import { type Policy, resourcePolicy } from "./policy";

export const keyPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "key-rotates",
    level: "mandatory",
    severity: "medium",
    description: "Keys are rotated every year.",
    ids: ["AwsSolutions-KMS5", "CKV_AWS_7", "KMS.4"],
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    types: ["aws:kms/key:Key"],
    check: ({ props: { enableKeyRotation, keyUsage, customerMasterKeySpec } }, report) => {
      // Only symmetric keys for encryption can be rotated.
      if ((keyUsage ?? "ENCRYPT_DECRYPT") !== "ENCRYPT_DECRYPT") return;
      if ((customerMasterKeySpec ?? "SYMMETRIC_DEFAULT") !== "SYMMETRIC_DEFAULT") return;
      if (enableKeyRotation === true || enableKeyRotation === unknown) return;
      report(`enableKeyRotation is ${shown(enableKeyRotation)}`, "Set it to true");
    },
  }),
];
