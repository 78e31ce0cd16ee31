// The pages of the documentation site: the Markdown files of docs/, by the section of the sidebar that each belongs to.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

interface Section {
  readonly title: string;
  /** Pages that come first, in this order. */
  readonly first: readonly string[];
  /** Folder below docs/ whose other pages follow in alphabetical order of their titles. Default: none. */
  readonly folder?: string;
}

const sections: readonly Section[] = [
  { title: "Start", first: ["index.md", "getting-started.md"] },
  {
    title: "Concepts",
    first: ["concepts/a-record.md", "concepts/failure.md", "concepts/permissions.md", "consumer.md"],
    folder: "concepts",
  },
  {
    title: "Components",
    first: [
      "components/index.md",
      "components/queue-consumer.md",
      "components/stream-consumer.md",
      "components/table-consumer.md",
      "components/topic.md",
      "components/topic-consumer.md",
      "components/schedule.md",
      "components/event-bus-rule.md",
      "components/http-ingress.md",
      "components/table.md",
      "components/callbacks.md",
      "components/bindings.md",
      "components/operations.md",
      "components/nodes.md",
    ],
    folder: "components",
  },
  {
    title: "Guides",
    first: [
      "guides/testing.md",
      "local.md",
      "guides/debugging.md",
      "guides/deploying.md",
      "guides/reviewing.md",
      "guides/operating.md",
    ],
    folder: "guides",
  },
  {
    title: "Patterns",
    first: ["guides/ordering.md", "guides/idempotency.md", "guides/sagas.md", "guides/large-payloads.md"],
  },
  // Where somebody looks who was paged, or who has an error message.
  { title: "When something is wrong", first: ["dead-letters.md", "components/alarms.md", "troubleshooting.md"] },
  { title: "Migration", first: [], folder: "migration" },
  { title: "Manuals", first: ["commands.md", "review.md", "security.md"] },
  // What describes the program of this repository, or is for those who change the library.
  { title: "This repository", first: ["pipeline.md", "configuration.md", "adding-a-source.md"] },
];

export interface Page {
  /** Relative to docs/, for example `guides/testing.md`. */
  readonly file: string;
  /** The first heading. */
  readonly title: string;
  /** The first paragraph, as plain text on one line. */
  readonly description: string;
  /** The whole file. */
  readonly text: string;
}

/** The sections that have pages. `docs` is the folder of the documents. */
export function sectionsOf(docs: string): readonly { readonly title: string; readonly pages: readonly Page[] }[] {
  const named = new Set(sections.flatMap(({ first }) => first));
  return sections
    .map(({ title, first, folder }) => {
      const others = folder === undefined ? [] : filesIn(docs, folder).filter((file) => !named.has(file));
      const existing = first.filter((file) => existsSync(path.join(docs, file)));
      const pages = [
        ...existing.map((file) => pageOf(docs, file)),
        ...others.map((file) => pageOf(docs, file)).sort((a, b) => a.title.localeCompare(b.title, "en")),
      ];
      return { title, pages };
    })
    .filter(({ pages }) => pages.length > 0);
}

/** The Markdown files of a folder, relative to docs/. */
export function filesIn(docs: string, folder: string): readonly string[] {
  const absolute = path.join(docs, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute)
    .filter((file) => file.endsWith(".md"))
    .map((file) => path.posix.join(folder, file))
    .sort();
}

/** Throws an Error for a page without a heading, because it would have no entry in the sidebar. */
export function pageOf(docs: string, file: string): Page {
  const text = readFileSync(path.join(docs, file), "utf8");
  const title = /^# (.+)$/m.exec(text)?.[1];
  if (title === undefined) throw new Error(`docs/${file} has no heading. Begin the page with a line "# …".`);
  return { file, title: plain(title), description: plain(firstParagraph(text)).trim().replace(/:$/, "."), text };
}

function firstParagraph(text: string): string {
  const [, ...blocks] = text.slice(text.search(/^# /m)).split(/\n{2,}/);
  return (blocks.find((block) => /^[A-Z`*[]/.test(block)) ?? "").replaceAll("\n", " ");
}

/** Without the marks of Markdown. */
function plain(markdown: string): string {
  return markdown.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
}
