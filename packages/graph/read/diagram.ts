// The pipeline's picture in Mermaid, which GitHub draws: https://mermaid.js.org/syntax/flowchart.html

import type { Graph, GraphResource } from "../graph";
import { type Flow, flowOf } from "./flow";
import type { FlowArrow, FlowKind, FlowNode } from "./flow-ends";

/** What of the picture is coloured, by the URNs of resources or components. */
export interface DiagramMarks {
  readonly added?: ReadonlySet<string>;
  readonly removed?: ReadonlySet<string>;
  /** A change of what is no part of the picture (a policy, a mapping) marks what it is a part of. */
  readonly changed?: ReadonlySet<string>;
  /** The program as it was: what only it has is drawn, too, and arrows that came or went are coloured. */
  readonly base?: Graph;
}

export interface DiagramOptions {
  /** Whether dead-letter queues are drawn. Default false: every consumer has one, which would be half of the picture. */
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
};

/** White on these can be read on GitHub's light and on its dark background. */
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
 * A flowchart from left to right: sources, functions, and what they write and send to. The same for the same program. Throws for a
 * graph of a preview, which does not know what leads where.
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

/** The arrows of both, and which came or went. */
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

/** What is no node marks those of the nearest component that has some: a role's policy marks the function. */
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

const order: readonly FlowKind[] = ["entry", "stream", "bus", "topic", "queue", "table", "function"];
const rank = ({ kind, label, key }: FlowNode) => `${order.indexOf(kind)} ${label} ${key}`;

/** Arrows in the order in which events take them, from each node that none leads to; `also` where no arrow leads. */
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
  // What is in a circle is reached by none from outside.
  for (const node of [...all.filter(({ key }) => !reached.has(key)), ...all]) visit(node);
  return { nodes, arrows: ordered };
}

/** Words of Mermaid's own, which it would take for something else: https://mermaid.js.org/syntax/flowchart.html */
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

/** Functions with the same callback are told apart by their names. */
function labelOf({ kind, label, key }: FlowNode, nodes: readonly FlowNode[]): string {
  const same = nodes.filter((other) => other.kind === kind && other.label === label);
  return kind === "function" && same.length > 1 ? `${label} (${key.split("::").pop()})` : label;
}

function lineOf({ label, aside }: FlowArrow): string {
  const line = aside === true ? "-.->" : "-->";
  return label === undefined ? line : `${line}|"${escaped(label)}"|`;
}

/** What would end a label or be taken for Markdown or HTML: https://mermaid.js.org/syntax/flowchart.html#special-characters-that-break-syntax */
function escaped(label: string): string {
  return label.replace(/[#"<>`&]/g, (character) => `#${character.charCodeAt(0)};`).replace(/\s+/g, " ");
}
