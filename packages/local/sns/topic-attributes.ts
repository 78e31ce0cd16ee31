// The attributes of a topic: which there are, their values and defaults, and what GetTopicAttributes adds.
// https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html

import { jsonObject } from "spillway/syntax/json";
import { isMessage } from "../service/input";
import { invalid } from "./errors";

export type Attributes = Readonly<Record<string, string>>;

export const defaultMessageSize = 262_144;
export const maximumMessageSize = 1_048_576;

const truth = ["true", "false"];
const choices: Readonly<Record<string, readonly string[]>> = {
  FifoTopic: truth,
  ContentBasedDeduplication: truth,
  FifoThroughputScope: ["Topic", "MessageGroup"],
  SignatureVersion: ["1", "2"],
  TracingConfig: ["PassThrough", "Active"],
};
const fifoOnly = new Set(["ContentBasedDeduplication", "FifoThroughputScope"]);
/** Empty takes them away. */
const documents = new Set(["Policy", "DeliveryPolicy"]);
/** Logs about deliveries, which the local run does not write; kept, as they change no delivery. */
const feedback = /^(HTTP|Firehose|Lambda|Application|SQS)(Success|Failure)Feedback(RoleArn|SampleRate)$/;

const isKnown = (name: string) =>
  Object.hasOwn(choices, name) ||
  documents.has(name) ||
  ["DisplayName", "KmsMasterKeyId", "MaximumMessageSize"].includes(name) ||
  feedback.test(name);

/** Refuses what SNS refuses. `unknown` makes its error of an attribute that there is not. */
export function checkAttributes(attributes: Attributes, fifo: boolean, unknown: (name: string) => Error): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "ArchivePolicy" && value !== "") {
      throw invalid("ArchivePolicy Reason: the local run has no archive of messages; leave the attribute out.");
    }
    if (!isKnown(name) || (fifoOnly.has(name) && !fifo)) throw unknown(name);
    if (choices[name]?.includes(value) === false) throw invalid(`${name} Reason: Invalid value [${value}].`);
    if (documents.has(name) && value !== "" && jsonObject(value) === undefined)
      throw invalid(`${name}: failed to parse JSON`);
    if (name === "DisplayName" && value.length > 100) throw invalid("DisplayName");
    if (name === "MaximumMessageSize" && !isSize(value)) {
      throw invalid(
        `MaximumMessageSize Reason: Invalid value [${value}]. Must be an integer from 1024 to ${maximumMessageSize}.`,
      );
    }
  }
}

const isSize = (value: string) => /^\d+$/.test(value) && Number(value) >= 1024 && Number(value) <= maximumMessageSize;

/** After a change; what became empty is as if it had never been set. */
export function merged(current: Attributes, changes: Attributes): Attributes {
  return Object.fromEntries(Object.entries({ ...current, ...changes }).filter(([, value]) => value !== ""));
}

export const defaults = (fifo: boolean): Attributes =>
  fifo ? { FifoTopic: "true", ContentBasedDeduplication: "false", FifoThroughputScope: "Topic" } : {};

/** Who may do what until a policy says otherwise: the owner, everything. */
export function defaultPolicy(arn: string, owner: string): string {
  const actions = [
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
  ];
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: actions.map((action) => `SNS:${action}`),
        Resource: arn,
        Condition: { StringEquals: { "AWS:SourceOwner": owner } },
      },
    ],
  });
}

const httpDefaults = {
  defaultHealthyRetryPolicy: {
    minDelayTarget: 20,
    maxDelayTarget: 20,
    numRetries: 3,
    numMaxDelayRetries: 0,
    numNoDelayRetries: 0,
    numMinDelayRetries: 0,
    backoffFunction: "linear",
  },
  disableSubscriptionOverrides: false,
  defaultRequestPolicy: { headerContentType: "text/plain; charset=UTF-8" },
};

/** What is in force for HTTP endpoints, which the local run does not deliver to. */
export function effectiveDeliveryPolicy(deliveryPolicy: string | undefined): string {
  const given: unknown = deliveryPolicy === undefined ? {} : JSON.parse(deliveryPolicy);
  const http = isMessage(given) && isMessage(given.http) ? given.http : {};
  const retries = isMessage(http.defaultHealthyRetryPolicy) ? http.defaultHealthyRetryPolicy : {};
  const defaultHealthyRetryPolicy = { ...httpDefaults.defaultHealthyRetryPolicy, ...retries };
  return JSON.stringify({ http: { ...httpDefaults, ...http, defaultHealthyRetryPolicy } });
}

/** For a FIFO topic with, for others without the suffix. */
export function checkTopicName(name: string, fifo: boolean): void {
  const base = fifo && name.endsWith(".fifo") ? name.slice(0, -".fifo".length) : name;
  const isWrong = !/^[A-Za-z0-9_-]+$/.test(base) || name.length > 256 || (fifo && base === name);
  if (isWrong) throw invalid("Topic Name");
}
