// Every key of the stack's configuration: its type, what it means, its default and what is allowed. Pulumi.yaml and
// docs/configuration.md are generated from this file.
import { logRetentions } from "spillway";

export interface IntegerKey {
  readonly type: "integer";
  readonly description: string;
  /** The value of the key if a stack leaves it out. Without a default, the key may stay unset. */
  readonly default?: number;
  readonly min: number;
  readonly max: number;
  /** The only allowed values, if not every number of the range is allowed. */
  readonly values?: readonly number[];
}

export interface BooleanKey {
  readonly type: "boolean";
  readonly description: string;
  readonly default: boolean;
}

export interface StringKey {
  readonly type: "string";
  readonly description: string;
  readonly default: string;
  readonly values?: readonly string[];
  /** Further allowed values, and how the errors and documents describe them. */
  readonly pattern?: { readonly test: RegExp; readonly says: string };
}

export interface ListKey {
  readonly type: "array";
  readonly description: string;
  readonly default: readonly string[];
  /** What each entry must match, and how the errors and documents describe it. */
  readonly pattern: { readonly test: RegExp; readonly says: string };
}

export interface ObjectKey {
  readonly type: "object";
  readonly description: string;
  readonly properties: Readonly<Record<string, IntegerKey>>;
}

export type Key = IntegerKey | BooleanKey | StringKey | ListKey | ObjectKey;

const integer = <const K extends Omit<IntegerKey, "type">>(key: K) => ({ type: "integer", ...key }) as const;

const functionProperties = ({ timeout = 30 } = {}) => ({
  memorySize: integer({ description: "MB of memory. CPU grows with it.", default: 256, min: 128, max: 10_240 }),
  timeout: integer({ description: "Seconds after which an invocation ends.", default: timeout, min: 1, max: 900 }),
});

const batchProperties = (batchSize: number) => ({
  batchSize: integer({
    description: "Maximum number of records in an invocation. More than 10 from a queue need a window.",
    default: batchSize,
    min: 1,
    max: 10_000,
  }),
  maximumBatchingWindow: integer({
    description: "Seconds for which records are gathered into a batch.",
    default: 0,
    min: 0,
    max: 300,
  }),
});

function queue(description: string, { timeout = 30, maxReceiveCount = 5 } = {}) {
  const properties = {
    ...functionProperties({ timeout }),
    ...batchProperties(10),
    maximumConcurrency: integer({
      description: "Maximum number of invocations at the same time. If it is unset, the account's limit applies.",
      min: 2,
      max: 1000,
    }),
    maxReceiveCount: integer({
      description: "Attempts before a record becomes a dead letter.",
      default: maxReceiveCount,
      min: 1,
      max: 1000,
    }),
  };
  return { type: "object", description, properties } as const;
}

function stream(description: string, batchSize: number) {
  const properties = {
    ...functionProperties(),
    ...batchProperties(batchSize),
    parallelizationFactor: integer({
      description: "Batches of a shard that are processed at the same time.",
      default: 1,
      min: 1,
      max: 10,
    }),
  };
  return { type: "object", description, properties } as const;
}

export const keys = {
  publicEndpoint: {
    type: "boolean",
    default: false,
    description:
      "Whether anybody may call the endpoint. If false, callers sign with IAM credentials that allow " +
      "execute-api:Invoke.",
  },
  throttleRate: integer({
    description: "Requests per second that the endpoint accepts. It answers further requests with 429.",
    default: 1000,
    min: 1,
    max: 10_000,
  }),
  throttleBurst: integer({
    description: "Requests that the endpoint accepts at once.",
    default: 2000,
    min: 1,
    max: 5000,
  }),
  apiGatewayLogging: {
    type: "string",
    default: "off",
    values: ["account-role-exists", "create", "off"],
    description:
      'Access log of the endpoint. Use "account-role-exists" if the account and region already have API Gateway\'s ' +
      'CloudWatch role. Use "create" to create the role, which stays when the stack is destroyed. "off" writes no log.',
  },
  orders: queue("Capacity of the orders queue and placeOrder."),
  orderChanges: stream("Capacity of the orders table's stream and publishOrderEvent.", 100),
  // Orders of one sku at the same time are in each other's way, and each attempt lets at least one through.
  fulfilment: queue("Capacity of the fulfilment queue and reserveStock.", { maxReceiveCount: 10 }),
  notifications: queue("Capacity of the notifications queue and notifyCustomer."),
  audit: { type: "object", description: "Capacity of appendAudit.", properties: functionProperties() },
  // A customer's records of a batch are one update.
  activity: stream("Capacity of the activity stream and aggregateActivity.", 1000),
  sweep: queue("Capacity of the sweep queue and sweepAbandonedOrders.", { timeout: 300 }),
  activityShards: integer({
    description:
      "Shards of the activity stream, each for 1 MB or 1000 records a second. With 0, the stream is on demand.",
    default: 0,
    min: 0,
    max: 10_000,
  }),
  logRetentionDays: integer({
    description: "Days for which logs are kept.",
    default: 30,
    min: 1,
    max: 3653,
    values: logRetentions,
  }),
  deletionProtection: {
    type: "boolean",
    default: true,
    description:
      "Whether resources that hold data are protected. If true, Pulumi refuses to delete or replace tables, queues, " +
      "streams and the key, and DynamoDB refuses to delete tables.",
  },
  encryption: {
    type: "string",
    default: "aws",
    values: ["aws", "customer", "aws-keeping-key"],
    description:
      'Keys that encrypt queues, topics, streams, tables and logs. "aws" uses keys of AWS. "customer" uses one key ' +
      'of the stack with rotation, for $1 a month and $0.03 per 10,000 requests. "aws-keeping-key" is the step from ' +
      '"customer" back to "aws": new data uses keys of AWS, and the stack\'s key stays for the data that it has ' +
      "encrypted.",
  },
  network: {
    type: "boolean",
    default: false,
    description:
      "Whether functions run in a VPC without a way to the internet. It has endpoints for exactly the services that " +
      "the functions call, and you pay for them by the hour.",
  },
  alarms: {
    type: "string",
    default: "dead-letters",
    values: ["dead-letters", "all"],
    description:
      'Which alarms exist, for $0.10 a month each. "dead-letters" has one for each dead-letter queue. "all" also has ' +
      "those for age, errors, throttles and undelivered events.",
  },
  alarmTopic: {
    type: "string",
    default: "",
    values: ["", "create"],
    pattern: {
      test: /^arn:[^:]+:sns:[^:]+:\d{12}:[\w-]{1,256}$/,
      says: "the ARN of an SNS topic, as arn:aws:sns:eu-west-1:123456789012:alarms",
    },
    description:
      'SNS topic that alarms notify: its ARN, or "create" for a topic of the stack. If it is empty, alarms are only ' +
      "visible in CloudWatch.",
  },
  alarmEmails: {
    type: "array",
    default: [],
    pattern: { test: /^[^@\s]+@[^@\s]+\.[^@\s]+$/, says: "e-mail addresses" },
    description:
      "E-mail addresses that receive alarms from the stack's alarm topic, after each has confirmed. Needs alarmTopic " +
      '"create".',
  },
  dashboard: {
    type: "boolean",
    default: false,
    description:
      "Whether the pipeline has a CloudWatch dashboard. It costs $3 a month beyond an account's first three.",
  },
  initialStock: integer({
    description:
      "Pieces of a sku in stock before its first reservation. Its item in the stock table starts with this number.",
    default: 1_000_000,
    min: 0,
    max: 1_000_000_000,
  }),
  abandonedAfterHours: integer({
    description: "Hours after which the sweep marks an order as abandoned if its stock could not be reserved.",
    default: 24,
    min: 1,
    max: 8760,
  }),
} as const satisfies Readonly<Record<string, Key>>;

/** The allowed values, as the errors and the documents describe them. */
export function allowedBy(key: Key): string {
  switch (key.type) {
    case "integer":
      return key.values === undefined
        ? `whole numbers from ${key.min} to ${key.max}`
        : `the numbers ${key.values.join(", ")}`;
    case "boolean":
      return "true and false";
    case "string": {
      const values = (key.values ?? []).map((value) => (value === "" ? "nothing" : value));
      return [...values, ...(key.pattern === undefined ? [] : [key.pattern.says])].join(", ");
    }
    case "array":
      return `a list of ${key.pattern.says}`;
    case "object":
      return `an object with ${Object.keys(key.properties).join(", ")}`;
  }
}
