// Text from messages and logs, which anybody may have written: nothing in it may control the terminal.

/** Control characters but tab and newline, and those that turn the direction of what stands beside them. */
const controls = /(?![\t\n])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/gu;

/** With escapes for what a terminal would obey: `\u001b` for ESC. */
export const harmless = (text: string) =>
  text.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** In one line. */
export const harmlessLine = (text: string) => harmless(text.replace(/\s+/g, " "));

/** A line of a log. In one that is JSON, such characters are escaped, and would be none when it is read. */
export function harmlessLog(line: string): string {
  if (!line.startsWith("{")) return harmless(line);
  try {
    return JSON.stringify(JSON.parse(line, (_name, member) => harmlessMember(member)));
  } catch {
    return harmless(line);
  }
}

function harmlessMember(member: unknown): unknown {
  if (typeof member === "string") return harmless(member);
  if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
  return Object.fromEntries(Object.entries(member).map(([name, value]) => [harmless(name), value]));
}

/** A JSON document for stdout. In JSON, an escape is the same value as the character. */
export const jsonText = (value: unknown) => `${harmless(JSON.stringify(value, undefined, 2))}\n`;
