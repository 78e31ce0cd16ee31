// What `spillway start` shows when it is ready: the resources, the outputs, the first call to try.
import type { Graph, GraphResource } from "@spillway/graph";
import { exampleEvent } from "@spillway/graph/read/example-event";
import { bodySchemaOf, documentOf, methodsOf } from "@spillway/graph/read/open-api";
import { renderTree } from "@spillway/graph/read/tree";

/** The most lines of each part unless all are requested, so that the start fits in a window of 40 lines. */
const most = { resources: 16, outputs: 13, calls: 2 };
/** How many other lines there is room for, and for how many more the resources make room. */
const others = { room: 2, more: 6 };
const longestOutput = 150;

export interface Start {
  readonly graph: Graph;
  readonly address: string;
  readonly readyMs: number;
  /** The whole tree of resources, every output in full, every first call. */
  readonly verbose: boolean;
  /** How many lines the start has beside this text. Default: none. */
  readonly beside?: number;
}

export function describeRun({ graph, address, readyMs, verbose, beside = 0 }: Start): string {
  const resources = most.resources - Math.min(Math.max(0, beside - others.room), others.more);
  const calls = firstCalls(graph).map((call) => `  ${call}`);
  const outputs = Object.entries(graph.outputs);
  return [
    ...(verbose
      ? [renderTree(graph).trimEnd(), "", "Outputs:", ...outputs.map(([name, value]) => `    ${name}: ${whole(value)}`)]
      : [
          ...first(resources, renderTree(graph, 1).trimEnd().split("\n")),
          "",
          "Outputs:",
          ...first(
            most.outputs,
            outputs.map(([name, value]) => `    ${name}: ${short(value)}`),
          ),
        ]),
    "",
    ...(calls.length === 0 ? [] : ["Send a first event:", ...(verbose ? calls : first(most.calls, calls)), ""]),
    `Ready at ${address} after ${readyMs} ms. AWS clients: export AWS_ENDPOINT_URL=${address} AWS_REGION=${graph.region} AWS_DEFAULT_REGION=${graph.region} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test`,
    `Ctrl-C stops it.${verbose || graph.resources.length < 2 ? "" : ` All ${graph.resources.length} resources and every output: --verbose.`}`,
  ].join("\n");
}

/** Where a debugger attaches to each function. */
export function describeInspectors(ports: ReadonlyMap<string, number>, names: ReadonlyMap<string, string>): string {
  const each = [...ports].map(([functionName, port]) => `${names.get(functionName) ?? functionName} ${port}`);
  return `Debuggers attach to 127.0.0.1: ${each.join(", ")}. No function times out.`;
}

function first(count: number, lines: readonly string[]): readonly string[] {
  if (lines.length <= count) return lines;
  const left = lines.length - count + 1;
  return [...lines.slice(0, count - 1), `    … and ${left} more`];
}

const whole = (value: unknown) =>
  typeof value === "string" ? JSON.stringify(value) : JSON.stringify(value, null, 2).replaceAll("\n", "\n    ");

/** A value in one line. Of an object, only the names of its members. */
function short(value: unknown): string {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const text = isObject ? `{ ${Object.keys(value).join(", ")} }` : (JSON.stringify(value) ?? "");
  return text.length <= longestOutput ? text : `${text.slice(0, longestOutput)}…`;
}

/** One curl command per route of the program's endpoints. */
export function firstCalls(graph: Graph): string[] {
  const of = (type: string) => graph.resources.filter((resource) => resource.type === type);
  return of("aws:apigateway/restApi:RestApi").flatMap((api) => {
    const document = documentOf(api.inputs.body);
    const stage = of("aws:apigateway/stage:Stage").find(({ inputs }) => inputs.restApi === api.id);
    return methodsOf(document).flatMap(({ httpMethod, path, authorization, operation }) => {
      const model = document && bodySchemaOf(document, operation);
      const event = model === undefined ? undefined : exampleEvent(model);
      if (stage === undefined || event === undefined) return [];
      const signed =
        authorization === "AWS_IAM" ? ` --aws-sigv4 aws:amz:${graph.region}:execute-api --user test:test` : "";
      const body = JSON.stringify(event).replaceAll("'", "'\\''");
      return [
        `curl -X ${httpMethod}${signed} '${stage.outputs.invokeUrl}${path}' -H 'content-type: application/json' -d '${body}'`,
      ];
    });
  });
}

/** Logical names are easier to read than physical names with their random part. */
export function logicalNames(graph: Graph): ReadonlyMap<string, string> {
  const functions = graph.resources.filter(
    (resource: GraphResource) => resource.type === "aws:lambda/function:Function",
  );
  return new Map(functions.map(({ name, outputs }) => [String(outputs.name), name]));
}
