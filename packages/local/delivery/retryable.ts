// Which refusals of a target a retry may overcome.
import { ServiceError } from "../service/ask";

const throttles = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/;

/**
 * Throttling and failures of the service are retried. A missing target, a missing permission and a message that the
 * target refuses are not, because no retry would help.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html and
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return true;
  // The status 501 stands for a service that the local run does not have.
  return (error.status >= 500 && error.status !== 501) || error.status === 429 || throttles.test(error.code);
}
