// What arrows of the pipeline may lead from and to.
import type { Graph, GraphResource } from "../graph";
import { ArnNames, nameOf } from "./names";

export type FlowKind = "entry" | "queue" | "function" | "table" | "topic" | "stream" | "bus" | "other";

export interface FlowNode {
  /** The same in every evaluation: the URN (and the part of the resource), or the ARN of what the program does not make. */
  readonly key: string;
  readonly kind: FlowKind;
  /** `orders queue`; a function's is its callback's name. */
  readonly label: string;
  /** The resource, and every component that it is part of. */
  readonly urns: readonly string[];
}

export interface FlowArrow {
  readonly from: FlowNode;
  readonly to: FlowNode;
  readonly label?: string;
  /** Of an arrow that carries no events on: what is read, and what is given up. */
  readonly aside?: boolean;
}

const kinds: Readonly<Record<string, FlowKind>> = {
  "aws:sqs/queue:Queue": "queue",
  "aws:lambda/function:Function": "function",
  "aws:dynamodb/table:Table": "table",
  "aws:sns/topic:Topic": "topic",
  "aws:kinesis/stream:Stream": "stream",
  "aws:cloudwatch/eventBus:EventBus": "bus",
};
const kindsOfServices: Readonly<Record<string, readonly [kind: FlowKind, word: string]>> = {
  sqs: ["queue", "queue"],
  lambda: ["function", "function"],
  dynamodb: ["table", "table"],
  sns: ["topic", "topic"],
  kinesis: ["stream", "stream"],
  events: ["bus", "event bus"],
};

/** What arrows may lead from and to. */
export class Ends {
  private readonly known = new Map<string, FlowNode>();
  private readonly arns = new Map<string, string>();
  private readonly byUrn: ReadonlyMap<string, GraphResource>;
  private readonly names: ArnNames;

  constructor(graph: Graph) {
    this.byUrn = new Map(graph.resources.map((resource) => [resource.urn, resource]));
    this.names = new ArnNames(graph);
    for (const resource of graph.resources) {
      const kind = kinds[resource.type];
      if (kind !== undefined) this.add(resource, kind, this.labelOf(resource));
    }
  }

  nodes(): readonly FlowNode[] {
    return [...this.known.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  arnOf(key: string): string {
    return this.arns.get(key) ?? "";
  }

  /** The node of an ARN, or within which it is; an ARN of another account or program gets one, unless it holds a wildcard. */
  at(arn: unknown): FlowNode | undefined {
    if (typeof arn !== "string") return undefined;
    const resource = this.names.resource(arn);
    if (resource !== undefined) {
      // A registered consumer of a stream stands for the stream.
      return resource.type === "aws:kinesis/streamConsumer:StreamConsumer"
        ? this.at(resource.inputs.streamArn)
        : this.known.get(resource.urn);
    }
    const [, , service = "", , , ...rest] = arn.split(":");
    const [kind, word] = kindsOfServices[service] ?? [];
    if (kind === undefined || arn.includes("*")) return undefined;
    const known = this.known.get(arn);
    if (known !== undefined) return known;
    const name = rest
      .join(":")
      .replace(/\/(stream|index|consumer)\/.*$/, "")
      .split(/[:/]/)
      .pop();
    const node = { key: arn, kind, label: `${name} ${word}`, urns: [] };
    this.known.set(arn, node);
    return node;
  }

  /** An entry: what events come from that is no node by itself, as a schedule, or a `part` of a resource, as a route. */
  entry(resource: GraphResource, label: string, part = ""): FlowNode {
    return this.known.get(resource.urn + part) ?? this.add(resource, "entry", label, part);
  }

  private add(resource: GraphResource, kind: FlowKind, label: string, part = ""): FlowNode {
    const node = { key: resource.urn + part, kind, label, urns: this.lineage(resource) };
    this.known.set(node.key, node);
    const { arn } = resource.outputs;
    if (typeof arn === "string") this.arns.set(resource.urn, arn);
    return node;
  }

  private labelOf(resource: GraphResource): string {
    if (resource.type !== "aws:lambda/function:Function") return nameOf(resource);
    const callback = this.byUrn.get(resource.parent ?? "")?.outputs.callbackName;
    return typeof callback === "string" ? callback : resource.name;
  }

  private lineage(resource: GraphResource): readonly string[] {
    const urns = [resource.urn];
    for (let at = this.byUrn.get(resource.parent ?? ""); at !== undefined; at = this.byUrn.get(at.parent ?? "")) {
      if (at.type !== "pulumi:pulumi:Stack") urns.push(at.urn);
    }
    return urns;
  }
}
