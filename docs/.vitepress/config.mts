// The documentation site. `npm run docs` builds it into docs/.vitepress/dist, and `npm run docs:dev` serves it while
// you write. A link to a page that does not exist fails the build.
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type MarkdownOptions } from "vitepress";
import { drawing } from "../../tools/docs/drawing.js";
import { dotOfFlowchart } from "../../tools/docs/flowchart.js";
import { anchorOf } from "../../tools/docs/headings.js";
import { writeTexts } from "../../tools/docs/llms.js";
import { outsideLinks } from "../../tools/docs/outside-links.js";
import { pageOf } from "../../tools/docs/pages.js";
import { leastWidth, pictureWidths } from "../../tools/docs/picture-widths.js";
import { sidebarsOf } from "../../tools/docs/sidebar.js";
import { tableLabels } from "../../tools/docs/table-labels.js";

const docs = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const description =
  "Event-driven systems on AWS as Pulumi components: every source with its consumer and its dead letters.";
const firstTitle = "Spillway: event-driven systems on AWS with Pulumi";
const draw = await drawing();

const extendMarkdown: MarkdownOptions["config"] = (markdown) => {
  markdown.use(outsideLinks(docs));
  markdown.use(pictureWidths);
  markdown.use(tableLabels);
  const fence = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info = "", content = "" } = tokens[index] ?? {};
    if (info.trim() === "mermaid") return shown(draw(dotOfFlowchart(content), "The flow of events"));
    return fence?.(tokens, index, ...rest) ?? "";
  };
};

/** As a part of the page, as wide as its text needs to be readable. */
const shown = (svg: string) => `<p v-pre>${svg.replace("<svg ", `<svg style="${leastWidth(svg)}" `)}</p>\n`;

export default defineConfig({
  title: "Spillway",
  description,
  lang: "en",
  markdown: { anchor: { slugify: anchorOf }, config: extendMarkdown },
  // The index of the search is one file, which the page loads when the reader searches.
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  head: [["link", { rel: "icon", type: "image/svg+xml", href: "/icon.svg" }]],
  // The tables of the reference need the whole width, and its pages are no chapters.
  transformPageData: ({ relativePath, frontmatter }) => {
    if (relativePath.startsWith("reference/")) Object.assign(frontmatter, { aside: false, prev: false, next: false });
    // For search engines, the name alone says nothing.
    const first = relativePath === "index.md" && { title: firstTitle, titleTemplate: false };
    // VitePress does not escape quotation marks in it.
    return { description: pageOf(docs, relativePath).description.replaceAll('"', "'"), ...first };
  },
  buildEnd: ({ outDir }) => writeTexts({ docs, outDir, description }),
  themeConfig: {
    logo: "/icon.svg",
    sidebar: sidebarsOf(docs),
    outline: { level: [2, 3] },
    search: {
      provider: "local",
      options: {
        // VitePress passes these functions to the page as text, so they use nothing from outside.
        miniSearch: {
          options: {
            // The words "visibility timeout" find visibilityTimeout, too.
            tokenize: (text: string) =>
              text.split(/[\n\r\p{Z}\p{P}]+/u).flatMap((word) => {
                const parts = word.split(/(?<=[a-z])(?=[A-Z])/);
                return parts.length === 1 ? parts : [word, ...parts];
              }),
          },
          searchOptions: { boostDocument: (page: string) => (page.includes("/reference/") ? 0.2 : 1) },
        },
      },
    },
    nav: [
      { text: "Get started", link: "/getting-started" },
      { text: "Components", link: "/components/" },
      { text: "Troubleshooting", link: "/troubleshooting" },
      { text: "API", link: "/reference/" },
    ],
  },
});
