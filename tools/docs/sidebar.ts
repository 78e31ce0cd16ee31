// The sidebars of the documentation site, made of the pages that exist.
import { sectionsOf } from "./pages";
import { type Entry, entriesOf } from "./reference";

interface Item {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: Item[];
}

const linkOf = (file: string) => `/${file.replace(/(^|\/)index\.md$/, "$1").replace(/\.md$/, "")}`;

/**
 * The sidebars by the paths of the pages that show them. A page of the reference lists the names of its own face only,
 * because each page contains its whole sidebar. `docs` is the folder of the documents.
 */
export function sidebarsOf(docs: string): Record<string, Item[]> {
  const sections = sectionsOf(docs).map(({ title, pages }) => ({
    text: title,
    collapsed: false,
    items: pages.map((page) => ({ text: page.title, link: linkOf(page.file) })),
  }));
  const entries = entriesOf(docs).map((face) => ({ face, text: face.title, link: linkOf(`reference/${face.path}`) }));
  const faces = entries.map(({ text, link }) => ({ text, link }));
  const reference = { text: "API reference", link: "/reference/", items: faces };
  const ofFaces = entries.map(({ face, text, link }) => [link, [reference, { text, items: sorted(namesIn(face)) }]]);
  return { "/": [...sections, reference], "/reference/": [reference], ...Object.fromEntries(ofFaces) };
}

const sorted = (items: Item[]) => items.sort((a, b) => a.text.localeCompare(b.text, "en"));

/** The names of a face, without the headings of their kinds. */
function namesIn({ children = [] }: Entry): Item[] {
  return children.flatMap((child) =>
    child.path === undefined
      ? namesIn(child)
      : [{ text: child.title.replace(/\\?<.*/, ""), link: linkOf(`reference/${child.path}`) }],
  );
}
