// What `npm start` shows: the tree of resources, the outputs, the first call to try, then one line per batch.
import type { Graph, GraphResource } from "../graph/graph";
import { bodySchemaOf, documentOf, methodsOf } from "../graph/open-api";
import { renderTree } from "../graph/tree";
import { exampleEvent } from "./example-event";

/** A failed record in the consumer's log line of a batch. */
interface Failure {
  readonly id: string;
  readonly attempt?: number;
  readonly errorType: string;
  readonly errorMessage: string;
  readonly outcome: string;
}

interface BatchLine {
  readonly message: "batch";
  readonly batch: Readonly<
    Record<"received" | "succeeded" | "retried" | "deadLettered" | "handedBack" | "milliseconds", number>
  >;
  readonly failures?: readonly Failure[];
  readonly correlationIds?: readonly string[];
}

/** A few flows can be followed by their ids; of more, a line would say nothing. */
const mostFlows = 3;

export function describeRun(graph: Graph, address: string, readyMs: number): string {
  const outputs = Object.entries(graph.outputs).map(
    ([name, value]) =>
      `    ${name}: ${typeof value === "string" ? JSON.stringify(value) : JSON.stringify(value, null, 2).replaceAll("\n", "\n    ")}`,
  );
  const calls = firstCalls(graph);
  return [
    renderTree(graph).trimEnd(),
    "",
    "Outputs:",
    ...outputs,
    "",
    ...(calls.length === 0 ? [] : ["Send a first event:", ...calls.map((call) => `  ${call}`), ""]),
    `Ready at ${address} after ${readyMs} ms. AWS clients: export AWS_ENDPOINT_URL=${address} AWS_REGION=${graph.region} AWS_DEFAULT_REGION=${graph.region} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test`,
    "Ctrl-C stops it.",
  ].join("\n");
}

/** One curl line per route of the program's endpoints, to be pasted. */
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

/** The line, or lines, for what a function wrote: its batches in short, its own log lines as they are. */
export function describeLog(functionName: string, line: string): string | undefined {
  const parsed = parse(line);
  if (parsed === undefined) return line.trim() === "" ? undefined : `${functionName}  ${line}`;
  // Embedded metrics are for CloudWatch.
  if ("_aws" in parsed) return undefined;
  if (isBatch(parsed)) return describeBatch(functionName, parsed);
  return `${functionName}  ${String(parsed.level ?? "")} ${String(parsed.message ?? line)}`;
}

function describeBatch(functionName: string, { batch, failures = [], correlationIds = [] }: BatchLine): string {
  const counts = (["succeeded", "retried", "deadLettered", "handedBack"] as const)
    .filter((name) => batch[name] > 0)
    .map((name) => `${batch[name]} ${name.replace("L", "-l").replace("B", " b").toLowerCase()}`);
  const flows = correlationIds.length <= mostFlows && batch.received <= mostFlows ? correlationIds.join(", ") : "";
  const head =
    `${functionName}  ${batch.received} received: ${counts.join(", ")} in ${batch.milliseconds} ms` +
    (flows === "" ? "" : `  [${flows}]`);
  const reasons = failures.map(
    ({ id, attempt, errorType, errorMessage, outcome }) =>
      `    ${id} ${outcome}${attempt === undefined ? "" : ` (attempt ${attempt})`}: ${errorType}: ${errorMessage}`,
  );
  return [head, ...reasons].join("\n");
}

/** Logical names read better than the physical ones with their random part. */
export function logicalNames(graph: Graph): ReadonlyMap<string, string> {
  const functions = graph.resources.filter(
    (resource: GraphResource) => resource.type === "aws:lambda/function:Function",
  );
  return new Map(functions.map(({ name, outputs }) => [String(outputs.name), name]));
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function isBatch(line: object): line is BatchLine {
  return "message" in line && line.message === "batch" && "batch" in line;
}
