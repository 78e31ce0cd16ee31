// The change log: one section for each version of all packages, the newest first.

export interface Change {
  /** Markdown, as its changeset has it. */
  readonly summary: string;
  readonly type: "major" | "minor" | "patch";
}

/** What SUPPORT.md promises of each kind of change, as readers look for it. */
const headings = { major: "Breaking changes", minor: "New, and changes to look at", patch: "Fixes" } as const;

/** The section of a version. Kinds without a change have no heading. */
export function sectionOf(changes: readonly Change[], version: string, on: Date): string {
  const parts = (["major", "minor", "patch"] as const).flatMap((type) => {
    const items = changes.filter((each) => each.type === type).map(({ summary }) => itemOf(summary));
    return items.length === 0 ? [] : [`### ${headings[type]}\n\n${items.join("\n")}\n`];
  });
  return [`## ${version} (${on.toISOString().slice(0, "2026-01-31".length)})\n`, ...parts].join("\n");
}

/** Further lines of a summary stay within its item. */
const itemOf = (summary: string) => `- ${summary.trim().replace(/\n(?=.)/g, "\n  ")}`;

/** The change log with the section above the others. */
export function withSection(changeLog: string, section: string): string {
  const first = changeLog.search(/^## /m);
  if (first < 0) return `${changeLog.trimEnd()}\n\n${section}`;
  return `${changeLog.slice(0, first)}${section}\n${changeLog.slice(first)}`;
}
