// A schedule as the local run takes it from the program.

import type { Expression } from "spillway/syntax/schedule-expression";
import type { RetryPolicy } from "../delivery/delivery";
import type { Target } from "../delivery/target";

export interface ScheduleDefinition {
  readonly name: string;
  readonly groupName: string;
  readonly arn: string;
  readonly description: string | undefined;
  /** The expression's text. */
  readonly scheduleExpression: string;
  readonly expression: Expression;
  /** IANA name. */
  readonly timeZone: string;
  /** Milliseconds since the epoch. */
  readonly startDate: number | undefined;
  readonly endDate: number | undefined;
  readonly enabled: boolean;
  /** Minutes, 1 to 1440. 0 stands for no flexible time window. */
  readonly flexibleWindow: number;
  readonly actionAfterCompletion: "NONE" | "DELETE";
  readonly target: Target;
  readonly roleArn: string;
  /** If undefined, the target gets a default notification. */
  readonly input: string | undefined;
  readonly retryPolicy: RetryPolicy;
  readonly deadLetterArn: string | undefined;
}
