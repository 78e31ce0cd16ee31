// S3's refusals. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import { ServiceError } from "../service/ask";

export const invalidArgument = (message: string) => new ServiceError("InvalidArgument", message);

export const noSuchBucket = (name: string) =>
  new ServiceError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: name });

export const noSuchKey = (key: string) =>
  new ServiceError("NoSuchKey", "The specified key does not exist.", 404, { Key: key });

export const notImplemented = (what: string, fix: string) =>
  new ServiceError("NotImplemented", `The local run's S3 does not have ${what}; ${fix}.`, 501);

export const preconditionFailed = (condition: string) =>
  new ServiceError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412, {
    Condition: condition,
  });

/** The refusals that are the same for every service, in S3's own codes. */
export function asS3Error(error: ServiceError): ServiceError {
  switch (error.code) {
    case "AccessDeniedException":
    case "MissingAuthenticationToken":
      return new ServiceError("AccessDenied", error.message, 403);
    case "UnrecognizedClientException":
      return new ServiceError("InvalidAccessKeyId", error.message, 403);
    default:
      return error;
  }
}
