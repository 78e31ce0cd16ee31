// What AWS refuses because of what a request holds: the same request is refused again, however often it is sent.
import { AwsError } from "../aws/aws";

/**
 * By SQS, SNS, Kinesis, EventBridge, DynamoDB, S3, Lambda and Step Functions. Not here is what may change without the
 * record: rights, names that do not exist yet, quotas, keys, conditions. Some of these also answer a mistake in the
 * code; then the dead letter keeps the record for a redrive after the fix, where a retry would not have helped either.
 */
const codes =
  /^(Invalid(Argument|Attribute(Name|Value)|ExecutionInput|MessageContents|Name|Parameter(Combination|Value)?|RequestContent)|ParameterValueInvalid|MissingParameter|Validation(Error)?|BadRequest|MalformedDetail|Serialization|UnsupportedOperation|BatchRequestTooLong|MessageTooLong|KeyTooLongError|MetadataTooLarge|EntityTooLarge|RequestTooLarge|RequestEntityTooLarge|ItemCollectionSizeLimitExceeded)(Exception)?$/;

const tooLarge = 413;

interface SdkError {
  readonly $fault?: unknown;
  readonly name?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
  /** A cancelled transaction of DynamoDB has one for each of its items. */
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
}

/** Tells it of an AwsError, and of errors of SDK clients, which all have `$fault`. */
export function isRefusal(error: object): boolean {
  if (error instanceof AwsError) return codes.test(error.code) || error.status === tooLarge;
  const { $fault, name, $metadata, CancellationReasons = [] } = error as SdkError;
  if ($fault === undefined) return false;
  return (
    codes.test(String(name)) ||
    $metadata?.httpStatusCode === tooLarge ||
    CancellationReasons.some(({ Code = "" }) => codes.test(Code))
  );
}
