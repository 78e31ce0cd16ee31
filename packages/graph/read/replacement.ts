// What a change of a property does to a resource, and which resources hold data. @pulumi/aws does not say it; the AWS provider's
// `ForceNew` does: https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service
import type { Value } from "../graph";

export type Effect = "in place" | "replaces" | "may replace";

interface Rule {
  /** Properties whose every change replaces the resource. */
  readonly replacing: readonly string[];
  /** Properties of which only some changes do. */
  readonly when?: Readonly<Record<string, (before: Value | undefined, after: Value | undefined) => boolean>>;
}

const named = ["name", "namePrefix"];
const given = (_before: Value | undefined, after: Value | undefined) => after !== undefined && after !== "";
/** Warm throughput can be raised only. */
const lowered = (before: Value | undefined, after: Value | undefined) =>
  ["readUnitsPerSecond", "writeUnitsPerSecond"].some((key) => {
    const [was = 0, is = 0] = [numberOf(before, key), numberOf(after, key)];
    return is !== 0 && is < was;
  });

/** Types that are not in it "may replace" with any property. */
const rules: Readonly<Record<string, Rule>> = {
  "aws:sqs/queue:Queue": { replacing: [...named, "fifoQueue"] },
  "aws:dynamodb/table:Table": {
    replacing: [
      "name",
      "hashKey",
      "rangeKey",
      "localSecondaryIndexes",
      "importTable",
      "restoreBackupArn",
      "restoreDateTime",
      "restoreToLatestTime",
    ],
    when: { restoreSourceName: given, restoreSourceTableArn: given, warmThroughput: lowered },
  },
  "aws:kinesis/stream:Stream": { replacing: ["name"] },
  "aws:sns/topic:Topic": { replacing: [...named, "fifoTopic"] },
  "aws:kms/key:Key": {
    replacing: ["customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"],
  },
  "aws:cloudwatch/logGroup:LogGroup": { replacing: [...named, "logGroupClass"] },

  "aws:kms/alias:Alias": { replacing: named },
  "aws:sqs/queuePolicy:QueuePolicy": { replacing: ["queueUrl"] },
  "aws:sqs/redrivePolicy:RedrivePolicy": { replacing: ["queueUrl"] },
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": { replacing: ["queueUrl"] },
  "aws:sns/topicPolicy:TopicPolicy": { replacing: ["arn"] },
  "aws:sns/topicSubscription:TopicSubscription": { replacing: ["topic", "protocol", "endpoint"] },
  "aws:kinesis/streamConsumer:StreamConsumer": { replacing: ["name", "streamArn"] },
  "aws:lambda/function:Function": { replacing: ["name", "packageType"] },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": { replacing: ["functionName", "qualifier"] },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    replacing: [
      "eventSourceArn",
      "startingPosition",
      "startingPositionTimestamp",
      "queues",
      "topics",
      "selfManagedEventSource",
    ],
  },
  "aws:iam/role:Role": { replacing: [...named, "path"] },
  "aws:iam/rolePolicy:RolePolicy": { replacing: [...named, "role"] },
  "aws:apigateway/restApi:RestApi": { replacing: [] },
  "aws:apigateway/deployment:Deployment": { replacing: ["restApi", "triggers", "variables"] },
  "aws:apigateway/stage:Stage": { replacing: ["restApi", "stageName"] },
  "aws:cloudwatch/metricAlarm:MetricAlarm": { replacing: ["name"] },
  "aws:cloudwatch/dashboard:Dashboard": { replacing: ["dashboardName"] },
};

/** What a change of the top-level property does. `replaceOnChanges`: the resource's own option. */
export function effectOf(
  type: string,
  property: string,
  before: Value | undefined,
  after: Value | undefined,
  replaceOnChanges: readonly string[] = [],
): Effect {
  if (replaceOnChanges.some((path) => path === "*" || path.split(/[.[]/)[0] === property)) {
    return "replaces";
  }
  // Every resource of @pulumi/aws 7 has it: https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/
  if (property === "region" && type.startsWith("aws:")) return "replaces";
  const rule = rules[type];
  if (rule === undefined) return "may replace";
  // To leave a flag out is to say false.
  if (isOff(before) && isOff(after)) return "in place";
  if (rule.replacing.includes(property)) return "replaces";
  return rule.when?.[property]?.(before, after) === true ? "replaces" : "in place";
}

/** Types that hold what cannot be had again: how they are called, and what is lost with one. */
const data: Readonly<Record<string, readonly [noun: string, loss: string]>> = {
  "aws:sqs/queue:Queue": ["queue", "the messages in it"],
  "aws:dynamodb/table:Table": ["table", "its items, and what its stream still holds"],
  "aws:kinesis/stream:Stream": ["stream", "the records in it"],
  "aws:sns/topic:Topic": ["topic", "the subscriptions of others to it"],
  "aws:kms/key:Key": ["key", "whatever is encrypted with it"],
  "aws:cloudwatch/logGroup:LogGroup": ["log group", "its logs"],
};

/** Undefined for a type that holds no data. */
export function dataOf(type: string): { readonly noun: string; readonly loss: string } | undefined {
  const found = data[type];
  return found && { noun: found[0], loss: found[1] };
}

function isOff(value: Value | undefined): boolean {
  return value === undefined || value === null || value === false;
}

function numberOf(value: Value | undefined, key: string): number | undefined {
  const member = typeof value === "object" && value !== null ? (value as { [key: string]: Value })[key] : undefined;
  return typeof member === "number" ? member : undefined;
}
