// The order of the statements that Pulumi's serialisation writes for captured values.

/** What statements of the kinds that Pulumi writes begin with, each in a line of its own. */
const statement = /^(?:var __|__\w+[.[]|Object\.(?:defineProperty|setPrototypeOf)\()/;
/** The variable whose member is set, and the one that it is set to, or that an object is made of. */
const variables = /^(__\w+)[.[]|^Object\.\w+\((__\w+),|(?: = |value: |, |Object\.create\()(__\w+)(?: \}\)|\))?;$/g;

/**
 * Pulumi writes an object after its prototype with everything in that. Where that leads back to the object, as a class
 * does that keeps an instance of itself, it would be undefined there: such a statement waits until its variables exist.
 */
export function inOrder(text: string): string {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => statement.test(line));
  if (first !== 1) return text;
  const end = lines.findIndex((line, index) => index > first && !statement.test(line));
  const later = new Set(lines.slice(first, end).flatMap((line) => /^var (__\w+) = /.exec(line)?.[1] ?? []));
  const written: string[] = [];
  let waiting: readonly string[] = lines.slice(first, end);
  while (waiting.length > 0) {
    const before = waiting.length;
    waiting = waiting.filter((line) => {
      const needed = [...line.matchAll(variables)].flatMap((each) => each.slice(1));
      if (needed.some((name) => name !== undefined && later.has(name))) return true;
      later.delete(/^var (__\w+) = /.exec(line)?.[1] ?? "");
      written.push(line);
      return false;
    });
    if (waiting.length === before) return text;
  }
  return [...lines.slice(0, first), ...written, ...lines.slice(end)].join("\n");
}
