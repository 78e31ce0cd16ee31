// The pictures of the documents: each docs/pictures/NAME.dot is drawn by Graphviz into NAME.svg beside it. The first
// line is a comment, which becomes the title of the picture. A node has a class (`orders [label="orders queue",
// class=queue]`) that decides its shape and colours, so that all pictures look alike. The text is white on filled
// shapes, and the lines are of a medium tone, so that a picture without a background is readable on a light page and on
// a dark one.
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Generator } from "@spillway/cli/generator";
import { root } from "./program";

const folder = "docs/pictures";
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

export const pictures: readonly Generator[] = readdirSync(path.join(root, folder))
  .filter((file) => file.endsWith(".dot"))
  .map((file) => ({
    name: "pictures",
    files: [`${folder}/${path.basename(file, ".dot")}.svg`],
    make: () => drawn(file, readFileSync(path.join(root, folder, file), "utf8")),
  }));

/** Throws an Error for a picture without a title, a class that does not exist, and what Graphviz cannot read. */
async function drawn(file: string, dot: string): Promise<string> {
  const title = /^\/\/ ([^<&]+)$/m.exec(dot)?.[1];
  if (title === undefined) {
    throw new Error(
      `${folder}/${file} has no title. Begin the file with a line "// …" that says what the picture shows.`,
    );
  }
  const { instance } = await import("@viz-js/viz");
  const styled = dot.replace(/\{/, `{${defaults}`).replace(/\bclass="?(\w+)"?/g, (_, name: string) => {
    const attributes = classes[name];
    if (attributes === undefined) {
      throw new Error(`${folder}/${file}: class ${name}. There are the classes ${Object.keys(classes).join(", ")}.`);
    }
    return attributes;
  });
  const { status, output, errors } = (await instance()).render(styled, { format: "svg" });
  if (status !== "success") {
    throw new Error(`${folder}/${file} cannot be drawn: ${errors.map(({ message }) => message).join("; ")}`);
  }
  return output
    .slice(output.indexOf("<svg"))
    .replace(/^<svg [^>]*>/, (open) => `${open}\n<title>${title}</title>`)
    .trimEnd();
}
