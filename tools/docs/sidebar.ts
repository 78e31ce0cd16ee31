// The sidebar of the documentation site, made of the pages that exist.
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { filesIn, pageOf, sectionsOf } from "./pages";

interface Item {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: Item[];
}

const linkOf = (file: string) => `/${file.replace(/(^|\/)index\.md$/, "$1").replace(/\.md$/, "")}`;

/** `docs` is the folder of the documents; its folder reference/ is made by typedoc. */
export function sidebarOf(docs: string): Item[] {
  const sections = sectionsOf(docs).map(({ title, pages }) => ({
    text: title,
    collapsed: false,
    items: pages.map((page) => ({ text: page.title, link: linkOf(page.file) })),
  }));
  return [...sections, ...referenceOf(docs)];
}

function referenceOf(docs: string): Item[] {
  const folder = path.join(docs, "reference");
  if (!existsSync(folder)) return [];
  const faces = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [
    {
      text: "Reference",
      collapsed: true,
      items: faces.map(({ name }) => ({
        text: name === "index" ? "spillway" : `spillway/${name}`,
        link: `/reference/${name}/`,
        collapsed: true,
        items: namesIn(docs, `reference/${name}`),
      })),
    },
  ];
}

function namesIn(docs: string, folder: string): Item[] {
  return readdirSync(path.join(docs, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => filesIn(docs, `${folder}/${name}`))
    .map((file) => ({ text: path.basename(file, ".md"), link: linkOf(pageOf(docs, file).file) }))
    .sort((a, b) => a.text.localeCompare(b.text, "en"));
}
