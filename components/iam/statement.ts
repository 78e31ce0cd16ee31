// A statement of a role's policy, as components pass it on: what is allowed, on what, and when.
import type * as pulumi from "@pulumi/pulumi";

/**
 * Operators, keys and values, as IAM has them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
 */
export type Condition = Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>;

/** Allows `actions` on `resources`, in the function's role. */
export interface Statement {
  /** IAM actions, as `dynamodb:GetItem`; without wildcards. */
  readonly actions: readonly string[];
  /** ARNs. */
  readonly resources: readonly pulumi.Input<string>[];
  /**
   * When the statement allows them.
   * @default always
   * @example { StringEquals: { "aws:ResourceTag/team": "orders" } }
   */
  readonly condition?: Condition;
  /**
   * Whether AWS calls them for the function, outside of its network: Lambda, which reads a source, or a service, which
   * uses a key. Otherwise the function's code calls them, and a `Network` must lead there.
   * @default false
   */
  readonly onBehalf?: boolean;
}
