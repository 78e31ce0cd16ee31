// The attributes of a subscription: what SNS refuses of them, and what deliveries make of them.
// https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
import {
  compileFilter,
  type Filter,
  type FilterScope,
  filterScopes,
  NestedPolicy,
} from "spillway/syntax/filter-policy";
import { InvalidPattern } from "spillway/syntax/invalid-pattern";
import { isMessage } from "../service/input";
import { type Arn, parseArn } from "./arns";
import { invalid } from "./errors";
import type { Attributes } from "./topic-attributes";

export type Protocol = "sqs" | "lambda";

/** What a delivery needs to know of a subscription. */
export interface DeliverySettings {
  readonly raw: boolean;
  /** Undefined: everything. */
  readonly filter: Filter | undefined;
  readonly filterScope: FilterScope;
  readonly deadLetterArn: string | undefined;
}

export interface Subscribed {
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly topicIsFifo: boolean;
  readonly own: Pick<Arn, "account" | "region">;
}

const known = ["RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"];
/** Which have no meaning for queues and functions, or which the local run does not have, with the reason. */
const unsupported: Readonly<Record<string, string>> = {
  DeliveryPolicy: "it is for HTTP and HTTPS endpoints, which the local run does not deliver to",
  SubscriptionRoleArn: "it is for Firehose endpoints, which the local run does not deliver to",
  ReplayPolicy: "the local run has no archive of messages",
};

/** `when` is `Attributes Reason: ` in Subscribe, and nothing in SetSubscriptionAttributes. Refuses what SNS refuses. */
export function deliverySettings(attributes: Attributes, subscribed: Subscribed, when = ""): DeliverySettings {
  for (const [name, value] of Object.entries(attributes)) {
    const reason = Object.hasOwn(unsupported, name) ? unsupported[name] : undefined;
    if (reason !== undefined && value !== "") throw invalid(`${when}${name}: ${reason}; leave it out.`);
    if (!known.includes(name) && reason === undefined) throw invalid(when === "" ? "AttributeName" : "Attributes");
  }
  const {
    RawMessageDelivery: raw,
    FilterPolicy,
    FilterPolicyScope: scope = filterScopes[0],
    RedrivePolicy,
  } = attributes;
  if (raw !== undefined && !/^(true|false)$/i.test(raw)) {
    throw invalid(`${when}RawMessageDelivery: Invalid value [${raw}]. Must be true or false.`);
  }
  const isRaw = raw?.toLowerCase() === "true";
  if (isRaw && subscribed.protocol === "lambda") {
    throw invalid(`${when}Delivery protocol [lambda] does not support raw message delivery.`);
  }
  if (!isScope(scope)) {
    throw invalid(
      `${when}FilterPolicyScope: Invalid value [${scope}]. Please use either MessageBody or MessageAttributes`,
    );
  }
  return {
    raw: isRaw,
    filter: FilterPolicy ? filterOf(FilterPolicy, scope, when) : undefined,
    filterScope: scope,
    deadLetterArn: RedrivePolicy
      ? deadLetterArn(RedrivePolicy, subscribed, (reason) => invalid(`${when}RedrivePolicy: ${reason}`))
      : undefined,
  };
}

function filterOf(policy: string, scope: FilterScope, when: string): Filter {
  try {
    return compileFilter(policy, scope);
  } catch (error) {
    if (!(error instanceof InvalidPattern)) throw error;
    throw invalid(error instanceof NestedPolicy ? error.reason : `${when}FilterPolicy: ${error.reason}`);
  }
}

const isScope = (scope: string): scope is FilterScope => filterScopes.some((each) => each === scope);

function deadLetterArn(
  policy: string,
  { endpoint, topicIsFifo, own }: Subscribed,
  refuse: (reason: string) => Error,
): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(policy);
  } catch (error) {
    throw refuse(`failed to parse JSON. ${error instanceof Error ? error.message : String(error)}`);
  }
  const target = isMessage(parsed) ? parsed.deadLetterTargetArn : undefined;
  const arn = typeof target === "string" ? parseArn(target) : undefined;
  if (typeof target !== "string" || arn === undefined || arn.service !== "sqs") {
    throw refuse("deadLetterTargetArn is an invalid arn");
  }
  if (arn.account !== own.account || arn.region !== own.region) {
    throw refuse("deadLetterTargetArn must be a queue of the same account and region as the subscription.");
  }
  const isFifo = target.endsWith(".fifo");
  if (topicIsFifo && endpoint.endsWith(".fifo") && !isFifo) {
    throw refuse("must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.");
  }
  if (!topicIsFifo && isFifo) throw refuse("must use a standard queue as DLQ for a subscription to a standard topic.");
  return target;
}

/** An empty document, or an empty filter, takes the attribute away. */
export function merged(current: Attributes, changes: Attributes): Attributes {
  const isNothing = ([name, value]: readonly [string, string]) =>
    (value === "" && (name.endsWith("Policy") || Object.hasOwn(unsupported, name))) ||
    (name === "FilterPolicy" && value.replace(/\s/g, "") === "{}");
  return Object.fromEntries(Object.entries({ ...current, ...changes }).filter((entry) => !isNothing(entry)));
}
