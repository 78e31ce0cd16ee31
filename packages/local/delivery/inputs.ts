// Reads what schedules and targets of rules have in common from the inputs of a resource.
import { constraint, inRange, invalid } from "../service/errors";
import { numberIn, partIn, textIn, type Values } from "../service/values";
import { type RetryPolicy, retryDefaults } from "./delivery";

/** `path` is the prefix of the target's members in the API, such as `target.`. */
export function retryPolicyIn(values: Values, path: string): RetryPolicy {
  const given = partIn(values, "retryPolicy");
  const retries = numberIn(given, "maximumRetryAttempts") ?? retryDefaults.maximumRetryAttempts;
  const age = numberIn(given, "maximumEventAgeInSeconds") ?? retryDefaults.maximumEventAgeInSeconds;
  return {
    maximumRetryAttempts: inRange(`${path}retryPolicy.maximumRetryAttempts`, retries, 0, 185),
    maximumEventAgeInSeconds: inRange(`${path}retryPolicy.maximumEventAgeInSeconds`, age, 60, 86_400),
  };
}

/** The ARN of a standard queue. Neither Scheduler nor EventBridge supports FIFO dead-letter queues. */
export function deadLetterArnIn(values: Values, path: string): string | undefined {
  const arn = textIn(partIn(values, "deadLetterConfig"), "arn");
  const pattern = "arn:aws(-[a-z]+)?:sqs:[a-z0-9\\-]+:\\d{12}:[a-zA-Z0-9\\-_]+";
  if (arn !== undefined && !new RegExp(`^${pattern}$`).test(arn)) {
    throw constraint(`${path}deadLetterConfig.arn`, arn, `Member must satisfy regular expression pattern: ${pattern}`);
  }
  return arn;
}

/** Checks the name of a schedule, a group or a rule. */
export function checkName(name: string): string {
  if (/^[0-9a-zA-Z._-]{1,64}$/.test(name)) return name;
  throw constraint(
    "name",
    name,
    "Member must satisfy regular expression pattern: [0-9a-zA-Z-_.]+, of 1 to 64 characters",
  );
}

export function required(values: Values, name: string, label = name): string {
  const value = textIn(values, name);
  if (value === undefined || value === "") {
    throw invalid(
      `1 validation error detected: Value null at '${label}' failed to satisfy constraint: Member must not be null`,
    );
  }
  return value;
}
