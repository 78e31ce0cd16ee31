// Event buses, rules and their targets as the local run takes them from the program.
import type { EventMatcher } from "spillway/syntax/event-pattern";
import type { Expression } from "spillway/syntax/schedule-expression";
import type { RetryPolicy } from "../delivery/delivery";
import type { Target } from "../delivery/target";
import type { TargetInput } from "./target-input";

export interface BusDefinition {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
}

export interface RuleDefinition {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  readonly description: string | undefined;
  readonly enabled: boolean;
  /** For example `ENABLED` or `DISABLED`, as in the program. */
  readonly state: string;
  /** The pattern's text and its compiled form. */
  readonly eventPattern: { readonly text: string; readonly matches: EventMatcher } | undefined;
  readonly schedule: { readonly text: string; readonly expression: Expression } | undefined;
}

export interface TargetDefinition {
  readonly id: string;
  readonly target: Target;
  /**
   * The role that calls the target. If undefined, EventBridge itself calls it, and the target's own policy must allow
   * that.
   */
  readonly roleArn: string | undefined;
  readonly input: TargetInput;
  readonly retryPolicy: RetryPolicy;
  readonly deadLetterArn: string | undefined;
}
