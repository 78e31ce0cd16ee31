// The diagrams of the documents that `spillway diagram` writes in Mermaid, which GitHub draws, in Graphviz's language.
// The site draws them when it is built, so that a page does not load Mermaid. It reads only what that command writes.

/** Classes of `drawing.ts` by the brackets around a label. */
const shapes: readonly (readonly [open: string, close: string, of: string])[] = [
  ["([", "])", "entry"],
  ["[[", "]]", "queue"],
  ["[(", ")]", "table"],
  ["{{", "}}", "topic"],
  ["[/", "/]", "stream"],
  ["(", ")", "function"],
];

const arrow = /^(?<from>.+?) (?<line>-->|-\.->)(?:\|"(?<label>[^"]*)"\|)? (?<to>.+)$/;

/** Throws an Error for a line that the command does not write. */
export function dotOfFlowchart(mermaid: string): string {
  const [head = "", ...lines] = mermaid
    .trim()
    .split("\n")
    .map((line) => line.trim());
  if (head !== "flowchart LR") {
    throw new Error(
      `A diagram in Mermaid begins with "${head}". The site draws "flowchart LR" only. Write another picture as a ` +
        "file in docs/pictures/.",
    );
  }
  const nodes = new Map<string, string>();
  const nodeOf = (text: string) => {
    const [, id, open, label, close] = /^(\w+)(?:([[({/]+)"([^"]*)"([\])}/]+))?$/.exec(text) ?? [];
    if (id === undefined) throw new Error(`A diagram in Mermaid has "${text}", which the site cannot draw.`);
    const of = shapes.find((shape) => shape[0] === open && shape[1] === close)?.[2];
    if (of !== undefined) nodes.set(id, `${id} [label="${label}", class=${of}];`);
    return id;
  };
  const arrows = lines.map((line) => {
    const { from, to, label = "", line: kind } = arrow.exec(line)?.groups ?? {};
    if (from === undefined || to === undefined) return nodeOf(line) && "";
    return `${nodeOf(from)} -> ${nodeOf(to)} [label="${label}"${kind === "-.->" ? ", class=aside" : ""}];`;
  });
  return `digraph {\n${[...nodes.values(), ...arrows].join("\n")}\n}`;
}
