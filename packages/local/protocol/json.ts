// AWS's JSON protocols (1.0 and 1.1): the action is in X-Amz-Target, input and answer are JSON.
import { jsonObject } from "spillway/syntax/json";
import { type Message, ServiceError, type ServiceName } from "../service/ask";

interface Target {
  readonly service: ServiceName;
  /** The content type of the answer when the request names none. SDKs send theirs. */
  readonly contentType: string;
}

const json10 = "application/x-amz-json-1.0";
const json11 = "application/x-amz-json-1.1";

/** The services by the prefix of X-Amz-Target, which each service's API reference names. */
const targets: Readonly<Record<string, Target>> = {
  AmazonSQS: { service: "sqs", contentType: json10 },
  DynamoDB_20120810: { service: "dynamodb", contentType: json10 },
  DynamoDBStreams_20120810: { service: "dynamodbstreams", contentType: json10 },
  Kinesis_20131202: { service: "kinesis", contentType: json11 },
  AWSEvents: { service: "events", contentType: json11 },
  GraniteServiceVersion20100801: { service: "cloudwatch", contentType: json10 },
  Logs_20140328: { service: "logs", contentType: json11 },
  AmazonSSM: { service: "ssm", contentType: json11 },
  secretsmanager: { service: "secretsmanager", contentType: json11 },
};

export interface JsonRequest {
  readonly service: ServiceName;
  readonly action: string;
  readonly contentType: string;
}

/** A service that the table does not have goes by the name in the signature, and is refused under that name. */
export function jsonRequest(target: string, contentType: string, signedFor?: ServiceName): JsonRequest {
  const dot = target.lastIndexOf(".");
  const known = targets[target.slice(0, dot)];
  const found = known ?? { service: signedFor ?? target.slice(0, dot), contentType: json10 };
  const given = contentType.split(";")[0]?.trim() ?? "";
  if (given.includes("cbor")) {
    throw new ServiceError(
      "SerializationException",
      "The local run speaks JSON, CBOR was sent; for this client set AWS_CBOR_DISABLE=true, or with the AWS SDK for Java 2 the system property aws.cborEnabled=false.",
      415,
    );
  }
  const answered = given === json10 || given === json11 ? given : found.contentType;
  return { service: found.service, action: target.slice(dot + 1), contentType: answered };
}

/** `refusal` makes the error for a body that is not a JSON object. Default: a SerializationException. */
export function jsonInput(body: Buffer, refusal?: () => ServiceError): Message {
  const input = body.length === 0 ? {} : jsonObject(body.toString("utf8"));
  if (input !== undefined) return input;
  throw refusal?.() ?? new ServiceError("SerializationException", "The request's body is not a JSON object.");
}

export const jsonError = (error: ServiceError) =>
  JSON.stringify({ __type: error.code, message: error.message, ...error.fields });
