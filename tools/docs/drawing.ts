// How the pictures of the documents look. Graphviz lays them out. A node has a class (`orders [label="orders queue",
// class=queue]`) that decides its shape and colours, so that all pictures look alike. The text is white on filled
// shapes, and the lines are of a medium tone, so that a picture without a background is readable on a light page and on
// a dark one.

const tone = "#768390";

/** What the class of a node or of an arrow stands for. */
const classes: Readonly<Record<string, string>> = {
  entry: 'shape=box, style="filled,rounded", fillcolor="#57606a", color="#8c959f"',
  queue: 'shape=box, style=filled, fillcolor="#0969da", color="#54aeff"',
  stream: 'shape=parallelogram, style=filled, fillcolor="#0969da", color="#54aeff", margin="0.02,0.1"',
  topic: 'shape=hexagon, style=filled, fillcolor="#0969da", color="#54aeff", margin="0.05,0.1"',
  function: 'shape=box, style="filled,rounded", fillcolor="#8a4600", color="#d4a72c"',
  table: 'shape=cylinder, style=filled, fillcolor="#1a7f37", color="#4ac26b"',
  dead: 'shape=box, style=filled, fillcolor="#b62324", color="#ff8182"',
  other: 'shape=box, style="filled,rounded", fillcolor="#6639ba", color="#c297ff"',
  note: `shape=plaintext, style="", fontcolor="${tone}"`,
  success: 'color="#2da44e", fontcolor="#2da44e"',
  failure: 'color="#e5534b", fontcolor="#e5534b"',
  aside: "style=dashed",
};

const defaults = `
  rankdir=LR; bgcolor=transparent; pad=0.1; nodesep=0.35; ranksep=0.55;
  fontname=Helvetica; fontsize=13; fontcolor="${tone}"; color="${tone}";
  node [fontname=Helvetica, fontsize=13, fontcolor=white, margin="0.16,0.09", height=0.4];
  edge [fontname=Helvetica, fontsize=12, color="${tone}", fontcolor="${tone}", arrowsize=0.7];
`;

/** Draws a graph of Graphviz's language with the classes above, as SVG. */
export type Draw = (dot: string, title: string) => string;

/** Loads Graphviz. What it returns throws an Error for a class that does not exist, and for what it cannot read. */
export async function drawing(): Promise<Draw> {
  const { instance } = await import("@viz-js/viz");
  const viz = await instance();
  return (dot, title) => {
    const styled = dot.replace(/\{/, `{${defaults}`).replace(/\bclass="?(\w+)"?/g, (_, name: string) => {
      const attributes = classes[name];
      if (attributes !== undefined) return attributes;
      throw new Error(`There is no class ${name}. There are ${Object.keys(classes).join(", ")}.`);
    });
    const { status, output, errors } = viz.render(styled, { format: "svg" });
    if (status !== "success") throw new Error(errors.map(({ message }) => message).join("; "));
    return output
      .slice(output.indexOf("<svg"))
      .replace(/^<svg [^>]*>/, (open) => `${open}\n<title>${title}</title>`)
      .trimEnd();
  };
}
