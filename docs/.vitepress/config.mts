// The documentation site. `npm run docs` builds it into docs/.vitepress/dist, and `npm run docs:dev` serves it while
// you write. A link to a page that does not exist fails the build.
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { anchorOf } from "../../tools/docs/headings.js";
import { outsideLinks } from "../../tools/docs/outside-links.js";
import { sidebarOf } from "../../tools/docs/sidebar.js";

const docs = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

export default defineConfig({
  title: "Spillway",
  description: "Event-driven systems on AWS as Pulumi components: every source with its consumer and its dead letters.",
  lang: "en",
  cleanUrls: false,
  lastUpdated: false,
  markdown: { anchor: { slugify: anchorOf }, config: (markdown) => void markdown.use(outsideLinks(docs)) },
  // The index of the search is one file, which the page loads when the reader searches.
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  themeConfig: {
    sidebar: sidebarOf(docs),
    outline: { level: [2, 3] },
    search: { provider: "local" },
    nav: [
      { text: "Get started", link: "/getting-started" },
      { text: "Components", link: "/components/" },
      { text: "Reference", link: "/reference/" },
    ],
  },
});
