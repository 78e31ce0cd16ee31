// Text from a branch in Markdown. It is shown as it is, and never becomes Markdown, HTML or a mention.

/** Comments on GitHub have at most 65,536 characters. Bytes are counted here, of which there are never fewer. */
export const largestComment = 65_000;
const longestValue = 240;

/** Escapes control characters, and characters that change the direction of text. */
function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The text without its middle where it is too long. */
export function cut(text: string, most = longestValue): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const kept = Math.floor((most - 1) / 2);
  return `${characters.slice(0, kept).join("")}…${characters.slice(-kept).join("")}`;
}

/** An inline code span: nothing inside is Markdown, HTML or a mention. */
export function code(text: string, most?: number): string {
  const shown = visible(cut(text.replace(/\r?\n/g, " ⏎ "), most));
  if (shown.trim() === "") return "(empty)";
  const ticks = "`".repeat(longestRun(shown) + 1);
  return ticks.length === 1 ? `\`${shown}\`` : `${ticks} ${shown} ${ticks}`;
}

/** A fenced block, which the text cannot end. */
export function fenced(text: string, language = ""): string {
  const lines = text.split(/\r?\n/).map(visible);
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${lines.join("\n")}\n${fence}`;
}

export function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** As many of the texts, each a paragraph, as fit into `most` bytes, and a sentence that says how much is left out. */
export function fitted(texts: readonly string[], most: number): string {
  const kept: string[] = [];
  let size = 0;
  const reserve = 200;
  for (const [index, text] of texts.entries()) {
    const next = Buffer.byteLength(text) + 2;
    if (size + next > most - reserve) {
      const left = texts.slice(index).reduce((sum, each) => sum + each.split("\n").length, 0);
      kept.push(`**${left} more lines did not fit into one comment.** Run \`spillway review\` to read all of it.`);
      break;
    }
    kept.push(text);
    size += next;
  }
  return `${kept.join("\n\n")}\n`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
