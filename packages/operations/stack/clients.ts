// The clients of the AWS SDK by which a stack is reached, each made when it is first needed.
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { STSClient } from "@aws-sdk/client-sts";
import { explainDenials, type Guarded } from "./access";
import type { AwsClock, Timed } from "./clock";

/** Where requests go. Undefined members are found by the AWS SDK itself: profile, environment, `AWS_ENDPOINT_URL`. */
export interface Place {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Each client retries what may be retried, and gives a request up when it takes too long. What AWS denies is rejected
 * with an Error that names the missing permission.
 */
export interface Clients {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly kinesis: KinesisClient;
  readonly tableStreams: DynamoDBStreamsClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sts: STSClient;
  /** Ends all connections. */
  close(): void;
}

/** Milliseconds. A long poll of SQS takes up to 20 seconds by itself, an invocation as long as its function runs. */
const connectionTimeout = 5_000;
const requestTimeout = 30_000;
const invocationTimeout = 910_000;
const maxAttempts = 5;

/** What is loaded takes time, and most commands need one client. */
const make = {
  sqs: (): Constructor<SQSClient> => require("@aws-sdk/client-sqs").SQSClient,
  lambda: (): Constructor<LambdaClient> => require("@aws-sdk/client-lambda").LambdaClient,
  logs: (): Constructor<CloudWatchLogsClient> => require("@aws-sdk/client-cloudwatch-logs").CloudWatchLogsClient,
  kinesis: (): Constructor<KinesisClient> => require("@aws-sdk/client-kinesis").KinesisClient,
  tableStreams: (): Constructor<DynamoDBStreamsClient> =>
    require("@aws-sdk/client-dynamodb-streams").DynamoDBStreamsClient,
  s3: (): Constructor<S3Client> => require("@aws-sdk/client-s3").S3Client,
  sns: (): Constructor<SNSClient> => require("@aws-sdk/client-sns").SNSClient,
  sts: (): Constructor<STSClient> => require("@aws-sdk/client-sts").STSClient,
};

type Constructor<Client> = new (settings: object) => Client;

/** `clock`: is set by what AWS answers. */
export function clientsFor(place: Place, clock: AwsClock): Clients {
  const made = new Map<string, { destroy(): void }>();
  const client = <Name extends keyof typeof make>(name: Name): InstanceType<ReturnType<(typeof make)[Name]>> => {
    const former = made.get(name);
    if (former !== undefined) return former as InstanceType<ReturnType<(typeof make)[Name]>>;
    const requestHandler = {
      connectionTimeout,
      requestTimeout: name === "lambda" ? invocationTimeout : requestTimeout,
      throwOnRequestTimeout: true,
    };
    // An invocation that is sent again runs twice: it has one attempt.
    const settings = { ...place, maxAttempts: name === "lambda" ? 1 : maxAttempts, requestHandler };
    const Client = make[name]() as Constructor<InstanceType<ReturnType<(typeof make)[Name]>>>;
    const created = new Client(settings);
    explainDenials(created as unknown as Guarded);
    clock.watch(created as unknown as Timed);
    made.set(name, created);
    return created;
  };
  return {
    get sqs() {
      return client("sqs");
    },
    get lambda() {
      return client("lambda");
    },
    get logs() {
      return client("logs");
    },
    get kinesis() {
      return client("kinesis");
    },
    get tableStreams() {
      return client("tableStreams");
    },
    get s3() {
      return client("s3");
    },
    get sns() {
      return client("sns");
    },
    get sts() {
      return client("sts");
    },
    close() {
      for (const each of made.values()) each.destroy();
      made.clear();
    },
  };
}
