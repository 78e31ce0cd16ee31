// The clients of the AWS SDK by which a stack is reached, each made when it is first needed.
import type { SQSClient } from "@aws-sdk/client-sqs";

/** Where requests go. Undefined members are found by the AWS SDK itself: profile, environment, `AWS_ENDPOINT_URL`. */
export interface Place {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Each client retries what may be retried, and gives a request up when it takes too long. */
export interface Clients {
  readonly sqs: SQSClient;
}

/** Milliseconds. A long poll of SQS takes up to 20 seconds by itself. */
const connectionTimeout = 5_000;
const requestTimeout = 30_000;
const maxAttempts = 5;

export function clientsFor(place: Place): Clients {
  const settings = { ...place, maxAttempts, requestHandler: { connectionTimeout, requestTimeout } };
  let sqs: SQSClient | undefined;
  return {
    get sqs() {
      const { SQSClient } = require("@aws-sdk/client-sqs") as typeof import("@aws-sdk/client-sqs");
      sqs ??= new SQSClient(settings);
      return sqs;
    },
  };
}
