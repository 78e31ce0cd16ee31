// Arrows from sources to their consumers, and from each to its dead letters.

import type { Graph, GraphResource, Value } from "../graph";
import { bucketArnIn } from "../partition";
import { deadLetterArn, namedBy, resourceType } from "../resource-types";
import type { Ends, FlowArrow, FlowNode } from "./flow-ends";
import { documentOf, methodsOf } from "./open-api";

type Inputs = Readonly<Record<string, Value>>;
/** The rest of the program, for arrows that need it. */
interface Program {
  readonly graph: Graph;
  readonly ends: Ends;
}

const longestLabel = 40;

const arrowsByType: Readonly<Record<string, (resource: GraphResource, program: Program) => readonly FlowArrow[]>> = {
  "aws:lambda/eventSourceMapping:EventSourceMapping": (mapping, program) => {
    const from = program.ends.at(namedBy(mapping, "source"));
    const to = functionOf(namedBy(mapping, "target"), program);
    return between(from, to, from?.kind === "table" ? "stream" : undefined);
  },

  "aws:sns/topicSubscription:TopicSubscription": (subscription, { ends }) => {
    const { protocol, filterPolicy } = subscription.inputs;
    const to = ends.at(namedBy(subscription, "target")) ?? ends.entry(subscription, String(protocol));
    return between(ends.at(namedBy(subscription, "source")), to, filterLabel(filterPolicy, "type"));
  },

  "aws:scheduler/schedule:Schedule": (schedule, { ends }) => {
    const to = ends.at(namedBy(schedule, "target"));
    return to === undefined ? [] : between(ends.entry(schedule, timeOf(schedule.inputs.scheduleExpression)), to);
  },

  "aws:cloudwatch/eventTarget:EventTarget": (target, program) => {
    const { ends } = program;
    const rule = ruleOf(target, program);
    const to = ends.at(namedBy(target, "target"));
    if (rule === undefined || to === undefined) return [];
    const { scheduleExpression, eventPattern } = rule.inputs;
    if (typeof scheduleExpression === "string") return between(ends.entry(rule, timeOf(scheduleExpression)), to);
    const bus = busName(target.inputs.eventBusName);
    const from = ends.at(`${String(rule.outputs.arn).split(":rule/")[0]}:event-bus/${bus}`);
    const entry = ends.entry(rule, `${rule.name} rule`);
    return [...between(from, entry, filterLabel(eventPattern, "detail-type")), ...between(entry, to)];
  },

  "aws:s3/bucketNotification:BucketNotification": ({ inputs }, program) => {
    const { graph, ends } = program;
    const from = ends.at(bucketArnIn(graph.region, String(inputs.bucket)));
    return bucketTargets.flatMap(([list, member]) =>
      listOf(inputs[list]).flatMap((target) => between(from, functionOf(objectOf(target)[member], program))),
    );
  },

  "aws:apigateway/integration:Integration": (integration, { graph, ends }) => {
    const { restApi, resourceId, httpMethod } = integration.inputs;
    const to = integrated(namedBy(integration, "target"), ends);
    if (to === undefined) return [];
    const resource = graph.resources.find(
      ({ type, id, inputs }) =>
        type === "aws:apigateway/resource:Resource" && id === resourceId && inputs.restApi === restApi,
    );
    return between(ends.entry(integration, `${httpMethod} ${resource?.outputs.path ?? "/"}`), to);
  },

  "aws:apigateway/restApi:RestApi": (api, { ends }) =>
    methodsOf(documentOf(api.inputs.body)).flatMap(({ httpMethod, path, integration }) => {
      const route = `${httpMethod} ${path}`;
      const to = integrated(integration.uri, ends);
      return to === undefined ? [] : between(ends.entry(api, route, ` ${route}`), to);
    }),
};

/** The lists in a bucket's notification, and the member with the ARN. */
const bucketTargets = [
  ["queues", "queueArn"],
  ["topics", "topicArn"],
  ["lambdaFunctions", "lambdaFunctionArn"],
] as const;

/** The queue or function that an integration of API Gateway calls. */
function integrated(uri: Value | undefined, ends: Ends): FlowNode | undefined {
  const [, account, queue] = /:sqs:path\/(\d{12})\/([^/?]+)/.exec(String(uri)) ?? [];
  const [, region] = /^arn:[^:]+:apigateway:([^:]+):/.exec(String(uri)) ?? [];
  const [, fn] = /:path\/[\d-]+\/functions\/(.+)\/invocations$/.exec(String(uri)) ?? [];
  const [partition] = /^arn:[^:]+/.exec(String(uri)) ?? [];
  return ends.at(fn ?? (queue === undefined ? undefined : `${partition}:sqs:${region}:${account}:${queue}`));
}

export function sourceArrows(graph: Graph, ends: Ends): readonly FlowArrow[] {
  return graph.resources.flatMap((resource) => arrowsByType[resource.type]?.(resource, { graph, ends }) ?? []);
}

/** ARNs of the queues and topics that dead letters are sent to. */
export function deadLetterArns({ resources }: Graph): ReadonlySet<string> {
  return new Set(resources.flatMap((resource) => deadLetterArn(resource) ?? []));
}

export function deadLetterArrows(graph: Graph, ends: Ends): readonly FlowArrow[] {
  return graph.resources.flatMap((resource) => {
    const arn = deadLetterArn(resource);
    return arn === undefined ? [] : between(ownerOf(resource, { graph, ends }), ends.at(arn), undefined, true);
  });
}

/** The node whose dead letters they are. */
function ownerOf(resource: GraphResource, program: Program): FlowNode | undefined {
  const { ends } = program;
  const node = ({ urn }: GraphResource) => ends.nodes().find(({ key }) => key === urn);
  const of = resourceType(resource.type).deadLetters?.of;
  if (of === undefined) return node(resource) ?? ends.at(resource.outputs.arn);
  if (of === "functionName") return functionOf(resource.inputs[of], program);
  const rule = of === "rule" ? ruleOf(resource, program) : undefined;
  return rule === undefined ? ends.at(resource.inputs[of]) : node(rule);
}

/** A target names its rule by its name, which is unique on an event bus only. */
function ruleOf({ inputs }: GraphResource, { graph }: Program): GraphResource | undefined {
  return graph.resources.find(
    ({ type, outputs }) =>
      type === "aws:cloudwatch/eventRule:EventRule" &&
      outputs.name === inputs.rule &&
      busName(outputs.eventBusName) === busName(inputs.eventBusName),
  );
}

function between(
  from: FlowNode | undefined,
  to: FlowNode | undefined,
  label?: string,
  aside = false,
): readonly FlowArrow[] {
  if (from === undefined || to === undefined) return [];
  return [{ from, to, ...(label !== undefined && { label }), ...(aside && { aside }) }];
}

/** A mapping names its function by its name, by its ARN, or by the ARN of a version or alias. */
function functionOf(named: Value | undefined, { graph, ends }: Program): FlowNode | undefined {
  const fn = graph.resources.find(
    ({ type, outputs }) => type === "aws:lambda/function:Function" && outputs.name === named,
  );
  return ends.at(fn?.outputs.arn ?? named);
}

/** The types that a filter matches, where they fit; `filtered` for any other condition. */
function filterLabel(filter: Value | undefined, key: string): string | undefined {
  if (typeof filter !== "string") return undefined;
  const { [key]: types, ...others } = objectOf(jsonOf(filter));
  const named = Array.isArray(types) && types.every((type) => typeof type === "string") ? types.join(", ") : "";
  if (named === "" || named.length > longestLabel) return "filtered";
  return Object.keys(others).length > 0 ? `${named}, filtered` : named;
}

/** `every hour` for `rate(1 hour)`; other expressions stay as they are. */
function timeOf(expression: Value | undefined): string {
  const [, count, unit] = /^rate\((\d+) (\w+)\)$/.exec(String(expression)) ?? [];
  if (count === undefined) return String(expression);
  return count === "1" ? `every ${unit}` : `every ${count} ${unit}`;
}

function busName(name: Value | undefined): string {
  return (
    String(name ?? "default")
      .split("/")
      .pop() || "default"
  );
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

function jsonOf(value: Value | undefined): Value | undefined {
  try {
    return typeof value === "string" ? JSON.parse(value) : value;
  } catch {
    return undefined;
  }
}

function objectOf(value: Value | undefined): Inputs {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Inputs) : {};
}
