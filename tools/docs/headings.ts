// The anchors of headings, as GitHub makes them, so that a link to a heading works there and on the site.

/** The anchor of one heading's text. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
}

/** The anchors of a document. A heading that comes again has the number of its repetition at the end. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutCode(markdown).matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/** The text without its blocks of code, in which a line may begin with `#`. */
export function withoutCode(markdown: string): string {
  return markdown.replace(/^( *)(```+|~~~+).*?\n[\s\S]*?^\1\2`*$/gm, "");
}
