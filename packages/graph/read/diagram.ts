// The diagram of the pipeline in Mermaid, which GitHub renders: https://mermaid.js.org/syntax/flowchart.html

import type { Graph, GraphResource } from "../graph";
import { type Flow, flowOf } from "./flow";
import type { FlowArrow, FlowKind, FlowNode } from "./flow-ends";

/** The resources or components that are coloured, by their URNs. */
export interface DiagramMarks {
  readonly added?: ReadonlySet<string>;
  readonly removed?: ReadonlySet<string>;
  /** A changed resource that is no node (a policy, a mapping) marks the nodes of its component. */
  readonly changed?: ReadonlySet<string>;
  /** The former program: what only it has is drawn, too, and arrows that were added or removed are coloured. */
  readonly base?: Graph;
}

export interface DiagramOptions {
  /**
   * Whether dead-letter queues are drawn. Default false, because every consumer has one, and they would be half of the
   * diagram.
   */
  readonly deadLetters?: boolean;
}

const shapes: Readonly<Record<FlowKind, readonly [open: string, close: string]>> = {
  entry: ["([", "])"],
  queue: ["[[", "]]"],
  function: ["(", ")"],
  table: ["[(", ")]"],
  topic: ["{{", "}}"],
  bus: ["{{", "}}"],
  stream: ["[/", "/]"],
  bucket: ["[\\", "/]"],
};

/** White text on these colours is readable on the light and on the dark background of GitHub. */
const classes = {
  added: "fill:#1a7f37,stroke:#4ac26b,color:#fff",
  removed: "fill:#b62324,stroke:#ff8182,color:#fff,stroke-dasharray:4 3",
  changed: "fill:#8a4600,stroke:#d4a72c,color:#fff",
};
const arrowStyles = {
  added: "stroke:#2da44e,stroke-width:3px",
  removed: "stroke:#cf222e,stroke-width:2px,stroke-dasharray:4 3",
};
type Mark = keyof typeof classes;

/**
 * A flowchart from left to right: sources, functions, and what they write and send to. The text is the same for the
 * same program. Throws an Error for the graph of a preview, which does not know where arrows lead.
 */
export function diagramOf(graph: Graph, marks: DiagramMarks = {}, options: DiagramOptions = {}): string {
  const flow = flowOf(graph, options);
  const before = marks.base === undefined ? undefined : flowOf(marks.base, options);
  const nodes = new Map([...(before?.nodes ?? []), ...flow.nodes].map((node) => [node.key, node]));
  const arrows = joined(flow, before);
  const marked = marksOf({ graph, marks, nodes: [...nodes.values()], flow, before });
  const drawn = inFlow(
    arrows.map(({ arrow }) => arrow),
    [...nodes.values()].filter(({ key }) => marked.has(key)),
  );
  const ids = idsOf(drawn.nodes);

  const said = new Set<string>();
  const shown = (node: FlowNode) => {
    const id = ids.get(node.key) ?? "";
    if (said.has(id)) return id;
    said.add(id);
    const [open, close] = shapes[node.kind];
    return `${id}${open}"${escaped(labelOf(node, drawn.nodes))}"${close}`;
  };
  const lines = drawn.arrows.map((arrow) => `${shown(arrow.from)} ${lineOf(arrow)} ${shown(arrow.to)}`);
  for (const node of drawn.nodes) if (!said.has(ids.get(node.key) ?? "")) lines.push(shown(node));
  const styles = drawn.arrows.flatMap((arrow, index) => {
    const mark = arrows.find((each) => each.arrow === arrow)?.mark;
    return mark === undefined ? [] : [`linkStyle ${index} ${arrowStyles[mark]}`];
  });
  const used = (Object.keys(classes) as Mark[]).flatMap((mark) => {
    const of = drawn.nodes.filter(({ key }) => marked.get(key) === mark).map(({ key }) => ids.get(key));
    return of.length === 0 ? [] : [`classDef ${mark} ${classes[mark]}`, `class ${of.join(",")} ${mark}`];
  });
  return ["flowchart LR", ...[...lines, ...styles, ...used].map((line) => `  ${line}`)].join("\n");
}

/** The arrows of both programs, and which of them were added or removed. */
function joined(flow: Flow, before: Flow | undefined) {
  const keyOf = ({ from, to, label, aside }: FlowArrow) => [from.key, to.key, label ?? "", aside ?? false].join("\n");
  const now = new Set(flow.arrows.map(keyOf));
  const then = new Set(before?.arrows.map(keyOf));
  const added = (arrow: FlowArrow) => before !== undefined && !then.has(keyOf(arrow));
  return [
    ...flow.arrows.map((arrow) => ({ arrow, mark: added(arrow) ? ("added" as const) : undefined })),
    ...(before?.arrows ?? [])
      .filter((arrow) => !now.has(keyOf(arrow)))
      .map((arrow) => ({ arrow, mark: "removed" as const })),
  ];
}

interface Marking {
  readonly graph: Graph;
  readonly marks: DiagramMarks;
  readonly nodes: readonly FlowNode[];
  readonly flow: Flow;
  readonly before: Flow | undefined;
}

function marksOf({ graph, marks, nodes, flow, before }: Marking): ReadonlyMap<string, Mark> {
  const now = new Set(flow.nodes.map(({ key }) => key));
  const then = new Set(before?.nodes.map(({ key }) => key));
  const changed = changedWith(marks, [...(marks.base?.resources ?? []), ...graph.resources], nodes);
  const found = new Map<string, Mark>();
  for (const { key, urns } of nodes) {
    const is = (set: ReadonlySet<string> | undefined) => urns.some((urn) => set?.has(urn) === true);
    if (is(marks.removed) || !now.has(key)) found.set(key, "removed");
    else if (is(marks.added) || (before !== undefined && !then.has(key))) found.set(key, "added");
    else if (is(marks.changed) || changed.has(key)) found.set(key, "changed");
  }
  return found;
}

/**
 * A resource that is no node marks the nodes of the nearest component that has some: the policy of a role marks the
 * function.
 */
function changedWith(marks: DiagramMarks, resources: readonly GraphResource[], nodes: readonly FlowNode[]) {
  const parents = new Map(resources.map(({ urn, parent }) => [urn, parent]));
  const keys = new Set(nodes.map(({ key }) => key));
  const changed = new Set<string>();
  for (const urn of [marks.added, marks.removed, marks.changed].flatMap((set) => [...(set ?? [])])) {
    if (keys.has(urn)) continue;
    for (let at = parents.get(urn); at !== undefined; at = parents.get(at)) {
      const within = nodes.filter(({ urns }) => urns.includes(at ?? ""));
      for (const { key } of within) changed.add(key);
      if (within.length > 0) break;
    }
  }
  return changed;
}

const order: readonly FlowKind[] = ["entry", "bucket", "stream", "bus", "topic", "queue", "table", "function"];
const rank = ({ kind, label, key }: FlowNode) => `${order.indexOf(kind)} ${label} ${key}`;

/**
 * Arrows in the order in which events take them, beginning at each node without an incoming arrow. `also` are nodes
 * that may have no arrow.
 */
function inFlow(arrows: readonly FlowArrow[], also: readonly FlowNode[]) {
  const byRank = (a: FlowNode, b: FlowNode) => (rank(a) < rank(b) ? -1 : 1);
  const ends = new Map([...arrows.flatMap(({ from, to }) => [from, to]), ...also].map((node) => [node.key, node]));
  const reached = new Set(arrows.map(({ to }) => to.key));
  const all = [...ends.values()].sort(byRank);
  const nodes: FlowNode[] = [];
  const ordered: FlowArrow[] = [];
  const visit = (node: FlowNode) => {
    if (nodes.includes(node)) return;
    nodes.push(node);
    const out = arrows.filter(({ from }) => from.key === node.key).sort((a, b) => byRank(a.to, b.to));
    for (const arrow of out) {
      ordered.push(arrow);
      visit(ends.get(arrow.to.key) ?? arrow.to);
    }
  };
  // Nodes of a circle have no first node, so all nodes follow.
  for (const node of [...all.filter(({ key }) => !reached.has(key)), ...all]) visit(node);
  return { nodes, arrows: ordered };
}

/** Reserved words of Mermaid: https://mermaid.js.org/syntax/flowchart.html */
const reserved = /^(end|graph|flowchart|subgraph|direction|default|style|linkstyle|class|classdef|click|href|call)$/i;

function idsOf(nodes: readonly FlowNode[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const ids = new Map<string, string>();
  for (const { key, kind, label } of nodes) {
    const slug = label.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_|_$/g, "");
    const base = reserved.test(slug) || !/^[A-Za-z]/.test(slug) ? `${kind}_${slug}` : slug;
    let id = base;
    for (let count = 2; taken.has(id); count += 1) id = `${base}_${count}`;
    taken.add(id);
    ids.set(key, id);
  }
  return ids;
}

/** Functions with the same callback get their own names, too. */
function labelOf({ kind, label, key }: FlowNode, nodes: readonly FlowNode[]): string {
  const same = nodes.filter((other) => other.kind === kind && other.label === label);
  return kind === "function" && same.length > 1 ? `${label} (${key.split("::").pop()})` : label;
}

function lineOf({ label, aside }: FlowArrow): string {
  const line = aside === true ? "-.->" : "-->";
  return label === undefined ? line : `${line}|"${escaped(label)}"|`;
}

/**
 * Escapes what would end a label, or would be Markdown or HTML:
 * https://mermaid.js.org/syntax/flowchart.html#special-characters-that-break-syntax
 */
function escaped(label: string): string {
  return label.replace(/[#"<>`&]/g, (character) => `#${character.charCodeAt(0)};`).replace(/\s+/g, " ");
}
