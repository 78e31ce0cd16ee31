// Arrows from sources to what consumes them, and from each to where it puts what is given up.

import type { Graph, GraphResource, Value } from "../graph";
import type { Ends, FlowArrow, FlowNode } from "./flow-ends";
import { documentOf, methodsOf } from "./open-api";

type Inputs = Readonly<Record<string, Value>>;
/** What else a kind of arrow needs to know of the program. */
interface Program {
  readonly graph: Graph;
  readonly ends: Ends;
}

const longestLabel = 40;

const arrowsByType: Readonly<Record<string, (resource: GraphResource, program: Program) => readonly FlowArrow[]>> = {
  "aws:lambda/eventSourceMapping:EventSourceMapping": ({ inputs }, program) => {
    const from = program.ends.at(inputs.eventSourceArn);
    return between(from, functionOf(inputs, program), from?.kind === "table" ? "stream" : undefined);
  },

  "aws:sns/topicSubscription:TopicSubscription": (subscription, program) => {
    const { ends } = program;
    const { topic, endpoint, protocol, filterPolicy } = subscription.inputs;
    const to = ends.at(endpoint) ?? ends.entry(subscription, String(protocol));
    return between(ends.at(topic), to, filterLabel(filterPolicy, "type"));
  },

  "aws:scheduler/schedule:Schedule": (schedule, { ends }) => {
    const { scheduleExpression, target } = schedule.inputs;
    const to = ends.at(objectOf(target).arn);
    return to === undefined ? [] : between(ends.entry(schedule, timeOf(scheduleExpression)), to);
  },

  "aws:cloudwatch/eventTarget:EventTarget": ({ inputs }, { graph, ends }) => {
    const rule = graph.resources.find(
      ({ type, outputs }) =>
        type === "aws:cloudwatch/eventRule:EventRule" &&
        outputs.name === inputs.rule &&
        busName(outputs.eventBusName) === busName(inputs.eventBusName),
    );
    const to = ends.at(inputs.arn);
    if (rule === undefined || to === undefined) return [];
    const { scheduleExpression, eventPattern } = rule.inputs;
    if (typeof scheduleExpression === "string") return between(ends.entry(rule, timeOf(scheduleExpression)), to);
    const bus = ends.at(`${String(rule.outputs.arn).split(":rule/")[0]}:event-bus/${busName(inputs.eventBusName)}`);
    const entry = ends.entry(rule, `${rule.name} rule`);
    return [...between(bus, entry, filterLabel(eventPattern, "detail-type")), ...between(entry, to)];
  },

  "aws:apigateway/integration:Integration": (integration, { graph, ends }) => {
    const { uri, restApi, resourceId, httpMethod } = integration.inputs;
    const to = integrated(uri, ends);
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

/** Each resource that names a place for what is given up, and that place. */
function givenUp({ resources }: Graph): readonly (readonly [resource: GraphResource, arn: string])[] {
  return resources.flatMap((resource) => {
    const { redrivePolicy, destinationConfig, deadLetterConfig, target } = resource.inputs;
    const { onFailure } = objectOf(destinationConfig);
    const arns = [
      objectOf(jsonOf(redrivePolicy)).deadLetterTargetArn,
      objectOf(onFailure).destinationArn,
      objectOf(onFailure).destination,
      objectOf(deadLetterConfig).targetArn,
      objectOf(deadLetterConfig).arn,
      objectOf(objectOf(target).deadLetterConfig).arn,
    ];
    return arns.filter((arn) => typeof arn === "string").map((arn) => [resource, arn] as const);
  });
}

/** ARNs of the queues (and topics) that something puts there what it gives up. */
export function deadLetterArns(graph: Graph): ReadonlySet<string> {
  return new Set(givenUp(graph).map(([, arn]) => arn));
}

export function deadLetterArrows(graph: Graph, ends: Ends): readonly FlowArrow[] {
  return givenUp(graph).flatMap(([resource, arn]) => {
    const { type, inputs, outputs, urn } = resource;
    const from =
      type === "aws:sqs/redrivePolicy:RedrivePolicy"
        ? ends.at(inputs.queueUrl)
        : type === "aws:sns/topicSubscription:TopicSubscription"
          ? ends.at(inputs.topic)
          : inputs.functionName === undefined
            ? (ends.nodes().find(({ key }) => key === urn) ?? ends.at(outputs.arn) ?? ruleOf(inputs, { graph, ends }))
            : functionOf(inputs, { graph, ends });
    return between(from, ends.at(arn), undefined, true);
  });
}

function ruleOf(inputs: Inputs, { graph, ends }: Program): FlowNode | undefined {
  const rule = graph.resources.find(
    ({ type, outputs }) => type === "aws:cloudwatch/eventRule:EventRule" && outputs.name === inputs.rule,
  );
  return ends.nodes().find(({ key }) => key === rule?.urn);
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

/** A mapping names its function by its name, its ARN, or the ARN of a version or alias. */
function functionOf({ functionName }: Inputs, { graph, ends }: Program): FlowNode | undefined {
  const fn = graph.resources.find(
    ({ type, outputs }) => type === "aws:lambda/function:Function" && outputs.name === functionName,
  );
  return ends.at(fn?.outputs.arn ?? functionName);
}

/** The types that a filter lets through, where there is room for them; `filtered` for whatever else it says. */
function filterLabel(filter: Value | undefined, key: string): string | undefined {
  if (typeof filter !== "string") return undefined;
  const { [key]: types, ...others } = objectOf(jsonOf(filter));
  const named = Array.isArray(types) && types.every((type) => typeof type === "string") ? types.join(", ") : "";
  if (named === "" || named.length > longestLabel) return "filtered";
  return Object.keys(others).length > 0 ? `${named}, filtered` : named;
}

/** `every hour` of `rate(1 hour)`; a cron or at expression as it is. */
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
