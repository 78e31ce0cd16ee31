// Every key of the stack's configuration: its type, what it means, its default and what is allowed. Pulumi.yaml and docs/configuration.md are generated from it.
import { logRetentions } from "spillway";

export interface IntegerKey {
  readonly type: "integer";
  readonly description: string;
  /** Without one the key may be left unset. */
  readonly default?: number;
  readonly min: number;
  readonly max: number;
  /** The only ones, where not every number of the range will do. */
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
  /** What else it may be, and how that reads. */
  readonly pattern?: { readonly test: RegExp; readonly says: string };
}

export interface ListKey {
  readonly type: "array";
  readonly description: string;
  readonly default: readonly string[];
  /** Of each entry. */
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
  memorySize: integer({ description: "MB of memory; CPU grows with it", default: 256, min: 128, max: 10_240 }),
  timeout: integer({ description: "seconds after which an invocation ends", default: timeout, min: 1, max: 900 }),
});

const batchProperties = (batchSize: number) => ({
  batchSize: integer({
    description: "most records of an invocation; of a queue more than 10 need a window",
    default: batchSize,
    min: 1,
    max: 10_000,
  }),
  maximumBatchingWindow: integer({
    description: "seconds for which records are gathered",
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
      description: "most invocations at a time; unset: as many as the account allows",
      min: 2,
      max: 1000,
    }),
    maxReceiveCount: integer({
      description: "attempts before a record is dead-lettered",
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
    parallelizationFactor: integer({ description: "batches of a shard at a time", default: 1, min: 1, max: 10 }),
  };
  return { type: "object", description, properties } as const;
}

export const keys = {
  publicEndpoint: {
    type: "boolean",
    default: false,
    description:
      "Whether anybody may call the endpoint. Otherwise callers sign with IAM credentials that allow execute-api:Invoke.",
  },
  throttleRate: integer({
    description: "Requests per second that the endpoint takes. Beyond it answers 429.",
    default: 1000,
    min: 1,
    max: 10_000,
  }),
  throttleBurst: integer({
    description: "Requests that the endpoint takes at once.",
    default: 2000,
    min: 1,
    max: 5000,
  }),
  apiGatewayLogging: {
    type: "string",
    default: "off",
    values: ["account-role-exists", "create", "off"],
    description:
      'Access log of the endpoint: "account-role-exists" if API Gateway\'s CloudWatch role of the account and region is set, ' +
      '"create" to set it (it stays when the stack is destroyed), "off".',
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
    description: "Shards of the activity stream, each for 1 MB or 1000 records a second; 0 has it on demand.",
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
      "Whether what holds data stays: Pulumi refuses to delete or replace tables, queues, streams and the key, and tables refuse to be deleted.",
  },
  encryption: {
    type: "string",
    default: "aws",
    values: ["aws", "customer", "aws-keeping-key"],
    description:
      'Keys that encrypt queues, topics, streams, tables and logs: "aws", its own; "customer", one key of the stack with rotation ($1 a month and $0.03 per 10,000 requests); or "aws-keeping-key", AWS\'s for what is new while the stack\'s key is kept for what it has encrypted: the step from "customer" back to "aws".',
  },
  network: {
    type: "boolean",
    default: false,
    description:
      "Whether functions run in a VPC without a way to the internet, with endpoints for exactly the services that they call (billed by the hour).",
  },
  alarms: {
    type: "string",
    default: "dead-letters",
    values: ["dead-letters", "all"],
    description:
      'Which alarms there are ($0.10 a month each): "dead-letters", one for each dead-letter queue, or "all": age, errors, throttles and undelivered events too.',
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
      'SNS topic that is told of alarms: its ARN, or "create" for one of the stack\'s. Empty, alarms only show in CloudWatch.',
  },
  alarmEmails: {
    type: "array",
    default: [],
    pattern: { test: /^[^@\s]+@[^@\s]+\.[^@\s]+$/, says: "e-mail addresses" },
    description:
      'E-mail addresses that the stack\'s alarm topic writes to, once each has confirmed; needs alarmTopic "create".',
  },
  dashboard: {
    type: "boolean",
    default: false,
    description:
      "Whether there is a CloudWatch dashboard of the pipeline ($3 a month beyond an account's first three).",
  },
  initialStock: integer({
    description:
      "Pieces of a sku that are there before its first reservation. Its item in the stock table begins with them.",
    default: 1_000_000,
    min: 0,
    max: 1_000_000_000,
  }),
  abandonedAfterHours: integer({
    description: "Hours after which the sweep marks an order as abandoned whose stock could not be reserved.",
    default: 24,
    min: 1,
    max: 8760,
  }),
} as const satisfies Readonly<Record<string, Key>>;

/** What a value may be, as a fault and the documents say it. */
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
