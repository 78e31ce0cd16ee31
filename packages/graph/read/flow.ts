// The pipeline as a program's graph has it: what events come from, pass through and end in, and the arrows between.

import type { Graph } from "../graph";
import { Ends, type FlowArrow, type FlowNode } from "./flow-ends";
import { grantedArrows } from "./flow-grants";
import { deadLetterArns, deadLetterArrows, sourceArrows } from "./flow-sources";

export interface Flow {
  readonly nodes: readonly FlowNode[];
  /** In the order of their ends' keys; one between any two ends and of any label. */
  readonly arrows: readonly FlowArrow[];
}

/**
 * Dead-letter queues are left out, since every consumer has one: `deadLetters` draws them. Throws for a graph of a preview, which
 * does not know what leads where.
 */
export function flowOf(graph: Graph, { deadLetters = false }: { readonly deadLetters?: boolean } = {}): Flow {
  const ends = new Ends(graph);
  const dead = deadLetterArns(graph);
  const sources = sourceArrows(graph, ends);
  // One that something consumes is a source like any other.
  const consumed = new Set(sources.map(({ from }) => from.key));
  const isDrawn = ({ key }: FlowNode) => deadLetters || consumed.has(key) || !dead.has(ends.arnOf(key));
  const arrows = [
    ...sources,
    ...grantedArrows(graph, ends).filter(({ to }) => !dead.has(ends.arnOf(to.key)) || consumed.has(to.key)),
    ...(deadLetters ? deadLetterArrows(graph, ends) : []),
  ];
  const byEnds = new Map(
    arrows.map((arrow) => [`${arrow.from.key}\n${arrow.to.key}\n${arrow.label ?? ""}\n${arrow.aside ?? false}`, arrow]),
  );
  return {
    nodes: ends.nodes().filter(isDrawn),
    arrows: [...byEnds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, arrow]) => arrow),
  };
}
