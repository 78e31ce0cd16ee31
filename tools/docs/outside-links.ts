// Links of the documents to files that are no pages of the site, for example to the folder of the examples. On GitHub
// they lead to the file. The site shows their text as it is, because it does not have the file.
import { existsSync } from "node:fs";
import * as path from "node:path";
import type { Markdown } from "./markdown";

/** A plugin of markdown-it. `docs` is the folder of the pages. */
export const outsideLinks = (docs: string) => (markdown: Markdown) => {
  markdown.core.ruler.push("outside-links", ({ tokens, env }) => {
    const folder = path.dirname(env.path ?? docs);
    for (const { children } of tokens) {
      if (children === null) continue;
      let leaves = false;
      for (const token of children) {
        if (token.type === "link_open") leaves = isOutside(token.attrGet("href") ?? "", folder, docs);
        if (leaves && /^link_(open|close)$/.test(token.type)) {
          // Tokens without a tag are rendered as their content.
          Object.assign(token, { type: "text", tag: "", nesting: 0, content: "" });
        }
      }
    }
  });
};

function isOutside(href: string, folder: string, docs: string): boolean {
  if (/^([a-z]+:|\/|#)/i.test(href)) return false;
  const file = path.resolve(folder, decodeURI(href.replace(/[#?].*/, "")));
  const isPage = file.startsWith(`${docs}${path.sep}`) && file.endsWith(".md");
  return !isPage && existsSync(file);
}
