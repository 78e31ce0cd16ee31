// The nodes of the pipeline, between which arrows lead.
import type { Graph, GraphResource } from "../graph";
import { resourceType, resourceTypes } from "../resource-types";
import type { FlowKind as TypeKind } from "../resource-types/resource-type";
import { ArnNames, kindOf, nameOf } from "./names";

export type FlowKind = TypeKind | "entry";

export interface FlowNode {
  /**
   * The same in every evaluation: the URN (with the part of the resource), or the ARN of a resource outside the
   * program.
   */
  readonly key: string;
  readonly kind: FlowKind;
  /** `orders queue`; the label of a function is the name of its callback. */
  readonly label: string;
  /** URNs of the resource and of every component around it. */
  readonly urns: readonly string[];
}

export interface FlowArrow {
  readonly from: FlowNode;
  readonly to: FlowNode;
  readonly label?: string;
  /** Whether the arrow carries no events on: something is only read, or dead letters go there. */
  readonly aside?: boolean;
}

/** The kind of node, and the word for it, by the service in an ARN. */
const ofServices = new Map(
  Object.entries(resourceTypes).flatMap(([type, { flow }]) =>
    flow === undefined ? [] : [[flow.service, { kind: flow.kind, word: kindOf(type) }] as const],
  ),
);

/** All nodes of a program, by their URNs and ARNs. */
export class Ends {
  private readonly known = new Map<string, FlowNode>();
  private readonly arns = new Map<string, string>();
  private readonly byUrn: ReadonlyMap<string, GraphResource>;
  private readonly names: ArnNames;

  constructor(graph: Graph) {
    this.byUrn = new Map(graph.resources.map((resource) => [resource.urn, resource]));
    this.names = new ArnNames(graph);
    for (const resource of graph.resources) {
      const { flow } = resourceType(resource.type);
      if (flow !== undefined) this.add(resource, flow.kind, this.labelOf(resource));
    }
  }

  nodes(): readonly FlowNode[] {
    return [...this.known.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  arnOf(key: string): string {
    return this.arns.get(key) ?? "";
  }

  /** The node with the ARN, or that contains it. An ARN outside the program gets a node, unless it holds a wildcard. */
  at(arn: unknown): FlowNode | undefined {
    if (typeof arn !== "string") return undefined;
    const resource = this.names.resource(arn);
    if (resource !== undefined) {
      const { standsFor } = resourceType(resource.type);
      return standsFor === undefined ? this.known.get(resource.urn) : this.at(resource.inputs[standsFor]);
    }
    const [, , service = "", , , ...rest] = arn.split(":");
    // The ARN of objects begins with that of their bucket.
    if (service === "s3" && arn.includes("/")) return this.at(arn.slice(0, arn.indexOf("/")));
    const of = ofServices.get(service);
    if (of === undefined || arn.includes("*")) return undefined;
    const known = this.known.get(arn);
    if (known !== undefined) return known;
    const name = rest
      .join(":")
      .replace(/\/(stream|index|consumer)\/.*$/, "")
      .split(/[:/]/)
      .pop();
    const node = { key: arn, kind: of.kind, label: `${name} ${of.word}`, urns: [] };
    this.known.set(arn, node);
    return node;
  }

  /** An entry is a source of events that is not a node otherwise: a schedule, or a `part` of a resource, as a route. */
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
