// Each cell of a table knows the heading of its column, so that a small screen can show a row as a list.
import type { Markdown } from "./markdown";

/** A plugin of markdown-it. */
export function tableLabels(markdown: Markdown): void {
  markdown.core.ruler.push("table-labels", ({ tokens }) => {
    let headings: string[] = [];
    let column = 0;
    for (const [index, token] of tokens.entries()) {
      if (token.type === "thead_open") headings = [];
      if (token.type === "tr_open") column = 0;
      // The text of a cell is the token after its beginning.
      if (token.type === "th_open") headings.push(tokens[index + 1]?.content.replaceAll("`", "") ?? "");
      if (token.type === "td_open") {
        token.attrSet("data-label", headings[column] ?? "");
        column += 1;
      }
    }
  });
}
