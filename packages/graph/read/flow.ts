// The pipeline in the graph of a program: the nodes through which events pass, and the arrows between them.

import type { Graph } from "../graph";
import { Ends, type FlowArrow, type FlowNode } from "./flow-ends";
import { grantedArrows } from "./flow-grants";
import { deadLetterArns, deadLetterArrows, sourceArrows } from "./flow-sources";

export interface Flow {
  readonly nodes: readonly FlowNode[];
  /** In the order of the keys of their nodes. There is one arrow with a given label between two nodes. */
  readonly arrows: readonly FlowArrow[];
}

/**
 * Dead-letter queues are left out unless `deadLetters` is set, because every consumer has one. Throws an Error for the
 * graph of a preview, which does not know where arrows lead.
 */
export function flowOf(graph: Graph, { deadLetters = false }: { readonly deadLetters?: boolean } = {}): Flow {
  const ends = new Ends(graph);
  const dead = deadLetterArns(graph);
  const sources = sourceArrows(graph, ends);
  // A dead-letter queue with a consumer is a source like any other.
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
