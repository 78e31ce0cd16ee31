// Pictures keep a width at which their text is readable: on a small screen, the reader scrolls them.
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Markdown } from "./markdown";

/** The style of a picture whose size Graphviz gives in points. Text of 13 points is then at least 9 pixels high. */
export function leastWidth(svg: string): string {
  const width = Number(/<svg width="(\d+)pt"/.exec(svg)?.[1] ?? 0);
  return `min-width: ${Math.round(width * 0.7)}px`;
}

/** A plugin of markdown-it. */
export function pictureWidths(markdown: Markdown): void {
  markdown.core.ruler.push("picture-widths", ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const file = path.resolve(path.dirname(env.path ?? ""), token.attrGet("src") ?? "");
      if (token.type !== "image" || !file.endsWith(".svg") || !existsSync(file)) continue;
      token.attrSet("style", leastWidth(readFileSync(file, "utf8")));
    }
  });
}
