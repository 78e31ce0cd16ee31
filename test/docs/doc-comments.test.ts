import { strict as assert } from "node:assert";
import ts from "typescript";
import { read } from "../support/docs-tables";
import { faces, PublicTypes } from "../support/public-types";

const document = read("docs/components.md");

/**
 * The numbers that the section's table gives as defaults, by the arguments. Those of the component itself are asserted
 * elsewhere.
 */
function tabled(component: string): ReadonlyMap<string, number> {
  const section = document.split(`\n## ${component}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| `(\w+)` +\| ([\d,]+)( [\w]+)? *\|/gm)];
  return new Map(rows.map(([, name = "", value = ""]) => [name, Number(value.replaceAll(",", ""))]));
}

describe("the doc comments of arguments", () => {
  it("state the same defaults as docs/components.md", () => {
    const types = new PublicTypes();
    const { checker } = types;
    const compared: string[] = [];
    for (const symbol of faces.flatMap((face) => types.exportsOf(face))) {
      const component = /^(\w+)Args$/.exec(symbol.name)?.[1];
      if (component === undefined) continue;
      const properties = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol));
      for (const [name, value] of tabled(component)) {
        const property = properties.find((each) => each.name === name);
        const [tag] = (property?.getJsDocTags(checker) ?? []).filter((each) => each.name === "default");
        const stated = /^\d+/.exec(ts.displayPartsToString(tag?.text))?.[0];
        assert.equal(Number(stated), value, `${component}: ${name}`);
        compared.push(`${component}.${name}`);
      }
    }
    assert.ok(compared.length > 20, compared.join(", "));
  });
});
