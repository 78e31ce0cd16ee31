// The sidebar of the documentation site, made of the pages that exist.
import { existsSync } from "node:fs";
import * as path from "node:path";
import { sectionsOf } from "./pages";
import { type Entry, entriesOf } from "./reference";

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
  if (!existsSync(path.join(docs, "reference"))) return [];
  const faces = entriesOf(docs).map((face) => ({
    text: face.title,
    link: linkOf(`reference/${face.path}`),
    collapsed: true,
    items: namesIn(face).sort((a, b) => a.text.localeCompare(b.text, "en")),
  }));
  return [{ text: "Reference", link: "/reference/", collapsed: true, items: faces }];
}

/** The names of a face, without the headings of their kinds. */
function namesIn({ children = [] }: Entry): Item[] {
  return children.flatMap((child) =>
    child.path === undefined
      ? namesIn(child)
      : [{ text: child.title.replace(/\\?<.*/, ""), link: linkOf(`reference/${child.path}`) }],
  );
}
