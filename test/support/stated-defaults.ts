// The defaults that the generated tables of arguments in docs/components/ state.
import { strict as assert } from "node:assert";
import { statedAfter } from "./docs-tables";

/**
 * The defaults in the generated table of a page, by the arguments: a number without its unit, and a text without what
 * explains it.
 */
export function stated(page: string, name: string): Readonly<Record<string, string>> {
  const table = statedAfter(`docs/components/${page}.md`, `<!-- generated: arguments ${name} -->`, "argument");
  return Object.fromEntries(
    Object.entries(table).map(([argument, text]) => [
      argument,
      /^-?\d+(?=$| )/.exec(text)?.[0] ?? text.split(/[:;(]/)[0]?.trim() ?? "",
    ]),
  );
}

/**
 * Asserts the given defaults, and that no number of the table is left out. `elsewhere`: those that another test
 * asserts.
 */
export function assertDefaults(
  [page, name]: readonly [page: string, name: string],
  expected: Readonly<Record<string, unknown>>,
  elsewhere: readonly string[] = [],
): void {
  const all = stated(page, name);
  for (const [argument, value] of Object.entries(expected)) assert.equal(all[argument], String(value), argument);
  const numbers = Object.keys(all).filter((argument) => /^-?\d+$/.test(all[argument] ?? ""));
  assert.deepEqual(
    numbers.filter((argument) => !(argument in expected) && !elsewhere.includes(argument)),
    [],
  );
}
