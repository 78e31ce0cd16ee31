// The error codes in EventBridge's dead letters, by the error codes of the targets.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html#eb-rule-dlq

const codes: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/AccessDenied|AuthorizationError|NotAuthorized/, "NO_PERMISSIONS"],
  [/NonExistent|NotFound|DoesNotExist/, "NO_RESOURCE"],
  [/Throttl|TooManyRequests|RequestLimitExceeded/, "THROTTLING"],
  [/Invalid|Missing|Validation|TooLong|TooLarge/, "INVALID_PARAMETER"],
];

export const errorCodeOf = (code: string): string =>
  codes.find(([pattern]) => pattern.test(code))?.[1] ?? "ERROR_FROM_TARGET";
