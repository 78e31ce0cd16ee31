// What a change does that cannot be undone: data that is lost, and what keeps data from being lost that is taken away.
import type { GraphResource, Value } from "@spillway/graph";
import { nameOf } from "@spillway/graph/read/names";
import { documentOf, methodsOf } from "@spillway/graph/read/open-api";
import { dataOf } from "@spillway/graph/read/replacement";
import type { Comparison, ResourceChange } from "./compare";
import { same } from "./difference";
import { code } from "./markdown";

export interface Danger {
  readonly kind: "data" | "protection";
  /** URN of the resource, now or before. */
  readonly urn: string;
  /** Markdown, one line. */
  readonly text: string;
}

/** Data first. */
export function dangersOf(comparison: Comparison): readonly Danger[] {
  const { removed, changed } = comparison;
  const all = [
    ...removed.flatMap((resource) => ofRemoved(resource, comparison)),
    ...changed.flatMap((change) => [...ofReplaced(change), ...ofStream(change), ...ofProtection(change)]),
  ];
  return all.sort((a, b) => Number(a.kind === "protection") - Number(b.kind === "protection"));
}

function ofRemoved(resource: GraphResource, comparison: Comparison): Danger[] {
  const name = code(nameOf(resource));
  const { urn, type, options, inputs } = resource;
  const data = dataOf(type);
  if (data === undefined) {
    const lost = nets[type];
    return lost === undefined ? [] : [{ kind: "protection", urn, text: `${name} is deleted: ${lost}.` }];
  }
  if (options.retainOnDelete || inputs.skipDestroy === true) {
    return [{ kind: "protection", urn, text: `${name} is left on AWS as it is, and no longer managed here.` }];
  }
  const text = `${name} is **deleted**, with ${data.loss}.${ofKey(resource)}${guarded(resource)}${renamedTo(resource, comparison)}`;
  return [{ kind: "data", urn, text }];
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html: a key that waits for its deletion is of no use any more. */
function ofKey({ type, inputs }: GraphResource): string {
  if (type !== "aws:kms/key:Key") return "";
  const days = Number(inputs.deletionWindowInDays ?? 30);
  return (
    " Messages, records, items, backups and logs that are encrypted with it cannot be read from then on, even where what is new has another key. " +
    `Keep it until they are gone: as ${code("formerKmsKeyArn")}, or with ${code("encryption: aws-keeping-key")} in this project. ` +
    `For ${days} days the deletion can be taken back, with ${code("aws kms cancel-key-deletion")} and ${code("aws kms enable-key")}.`
  );
}

const nets: Readonly<Record<string, string>> = {
  "aws:sqs/redrivePolicy:RedrivePolicy": "what cannot be handled is no longer moved to dead letters",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig":
    "events that fail are no longer sent to dead letters",
};

/** What looks like the same resource under another name, and how it is kept: by an alias of the outermost that was renamed. */
function renamedTo(resource: GraphResource, { added, matched, resources }: Comparison): string {
  const successor = added.find((other) => other.type === resource.type && likeness(other, resource));
  if (successor === undefined) return "";
  const kept = new Set([...matched].flat());
  const outermost = (from: GraphResource): GraphResource => {
    const parent = resources.get(from.parent ?? "");
    return parent === undefined || kept.has(parent.urn) ? from : outermost(parent);
  };
  const [was, is] = [outermost(resource), outermost(successor)];
  if (was.type !== is.type) return "";
  const alias = `aliases: [{ name: ${JSON.stringify(was.name)} }]`;
  return ` ${code(nameOf(successor))} is added and looks like it: if it was renamed, ${code(alias)} on ${code(nameOf(is))} keeps it.`;
}

/** The same but for what it is called and what it refers to. */
function likeness({ inputs }: GraphResource, other: GraphResource): boolean {
  const plain = (all: Readonly<Record<string, Value>>): Value =>
    Object.fromEntries(
      Object.entries(all).filter(([, value]) => typeof value !== "string" || !/arn:|:\/\//.test(value)),
    );
  return same(plain(inputs), plain(other.inputs));
}

function ofReplaced({ before, after, effect, properties }: ResourceChange): Danger[] {
  const data = dataOf(after.type);
  if (data === undefined || effect !== "replaces") return [];
  const because = properties.filter((change) => change.effect === "replaces").map(({ property }) => code(property));
  const text = `${code(nameOf(after))} is **replaced**, since ${because.join(", ")} cannot be changed: a new ${data.noun} is made, and the old one is deleted with ${data.loss}.`;
  return [{ kind: "data", urn: after.urn, text: text + guarded(before) }];
}

function guarded({ options, inputs }: GraphResource): string {
  if (options.protect) {
    return " It is protected: Pulumi refuses, and the deployment fails, until `protect` is off in a deployment before.";
  }
  return inputs.deletionProtectionEnabled === true
    ? " Its deletion protection makes AWS refuse, and the deployment fail."
    : "";
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html: a stream's view type is fixed. */
function ofStream({ after, before, properties }: ResourceChange): Danger[] {
  if (after.type !== "aws:dynamodb/table:Table" || before.inputs.streamEnabled !== true) return [];
  const changed = properties.find(({ property }) => property === "streamEnabled" || property === "streamViewType");
  if (changed === undefined) return [];
  const stays = after.inputs.streamEnabled === true;
  const text = `${code(nameOf(after))}: its stream **ends**${stays ? " and another one begins, under another ARN" : ""}; what a consumer has not read of it by then, it does not read.`;
  return [{ kind: "data", urn: after.urn, text }];
}

interface Check {
  /** Of which type; undefined: of every type. */
  readonly type?: string;
  readonly property: string;
  /** Whether the change takes protection away. */
  weakens(before: Value | undefined, after: Value | undefined, resource: GraphResource): boolean;
  readonly text: string;
}

const queue = "aws:sqs/queue:Queue";
const table = "aws:dynamodb/table:Table";
const wasOn = (before: Value | undefined, after: Value | undefined) => before === true && after !== true;
const wasThere = (before: Value | undefined, after: Value | undefined) => isThere(before) && !isThere(after);
const fewer = (preset: number) => (before: Value | undefined, after: Value | undefined) =>
  Number(after ?? preset) < Number(before ?? preset);
const member = (value: Value | undefined, key: string): Value | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Value })[key]
    : undefined;

/** Property by property, in AWS's own defaults where one is left out. */
const checks: readonly Check[] = [
  { property: "deletionProtectionEnabled", weakens: wasOn, text: "deletion protection is off" },
  {
    type: table,
    property: "pointInTimeRecovery",
    weakens: (before, after) => wasOn(member(before, "enabled"), member(after, "enabled")),
    text: "point-in-time recovery is off",
  },
  {
    type: queue,
    property: "sqsManagedSseEnabled",
    weakens: (before, after, { inputs }) => wasOn(before, after) && !isThere(inputs.kmsMasterKeyId),
    text: "encryption at rest is no longer asked for",
  },
  {
    property: "kmsMasterKeyId",
    weakens: wasThere,
    text: "the customer managed key is removed; messages that are in it stay encrypted with that key",
  },
  { property: "kmsKeyId", weakens: wasThere, text: "the key is removed" },
  {
    type: table,
    property: "serverSideEncryption",
    weakens: (before, after) => wasThere(member(before, "kmsKeyArn"), member(after, "kmsKeyArn")),
    text: "the customer managed key is removed",
  },
  {
    type: "aws:kinesis/stream:Stream",
    property: "encryptionType",
    weakens: (before, after) => before === "KMS" && after !== "KMS",
    text: "encryption at rest is off",
  },
  { type: "aws:kms/key:Key", property: "enableKeyRotation", weakens: wasOn, text: "the key is no longer rotated" },
  {
    type: "aws:kms/key:Key",
    property: "deletionWindowInDays",
    weakens: fewer(30),
    text: "there are fewer days to take a deletion back",
  },
  { type: queue, property: "redrivePolicy", weakens: wasThere, text: "its dead letters are removed" },
  {
    type: "aws:sns/topicSubscription:TopicSubscription",
    property: "redrivePolicy",
    weakens: wasThere,
    text: "its dead letters are removed",
  },
  {
    type: "aws:lambda/eventSourceMapping:EventSourceMapping",
    property: "destinationConfig",
    weakens: wasThere,
    text: "its dead letters are removed",
  },
  {
    type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    property: "destinationConfig",
    weakens: (before, after) => wasThere(member(before, "onFailure"), member(after, "onFailure")),
    text: "its dead letters are removed",
  },
  {
    type: "aws:lambda/function:Function",
    property: "deadLetterConfig",
    weakens: wasThere,
    text: "its dead letters are removed",
  },
  {
    type: "aws:scheduler/schedule:Schedule",
    property: "target",
    weakens: (before, after) => wasThere(member(before, "deadLetterConfig"), member(after, "deadLetterConfig")),
    text: "its dead letters are removed",
  },
  {
    type: queue,
    property: "messageRetentionSeconds",
    weakens: fewer(345_600),
    text: "messages are kept for a shorter time",
  },
  {
    type: "aws:kinesis/stream:Stream",
    property: "retentionPeriod",
    weakens: fewer(24),
    text: "records are kept for a shorter time",
  },
  {
    type: "aws:cloudwatch/logGroup:LogGroup",
    property: "retentionInDays",
    // 0: for ever.
    weakens: (before, after) => (Number(after ?? 0) || Infinity) < (Number(before ?? 0) || Infinity),
    text: "logs are kept for a shorter time",
  },
  {
    type: "aws:apigateway/method:Method",
    property: "authorization",
    weakens: (before, after) => before !== "NONE" && after === "NONE",
    text: "anybody may call it",
  },
  {
    type: "aws:apigateway/restApi:RestApi",
    property: "body",
    weakens: (before, after) => {
      const open = routesOf(after, true);
      return routesOf(before, false).some((route) => open.includes(route));
    },
    text: "anybody may call routes that wanted a signature",
  },
];

const routesOf = (body: Value | undefined, isOpen: boolean) =>
  methodsOf(documentOf(body))
    .filter(({ authorization }) => (authorization === "NONE") === isOpen)
    .map(({ httpMethod, path }) => `${httpMethod} ${path}`);

function ofProtection({ before, after, options, properties }: ResourceChange): Danger[] {
  const name = code(nameOf(after));
  const danger = (text: string): Danger => ({ kind: "protection", urn: after.urn, text: `${name}: ${text}.` });
  const lifted = options
    .filter(({ path, after: is }) => (path === "protect" || path === "retainOnDelete") && is === "false")
    .map(({ path }) => danger(`${code(path)} is lifted; from now on it can be deleted and replaced`));
  const changed = new Set(properties.map(({ property }) => property));
  const weakened = checks.filter(
    ({ type, property, weakens }) =>
      changed.has(property) &&
      (type === undefined || type === after.type) &&
      weakens(before.inputs[property], after.inputs[property], after),
  );
  return [...lifted, ...weakened.map(({ property, text }) => danger(`${text} (${code(property)})`))];
}

function isThere(value: Value | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}
