import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { faces, PublicTypes } from "../../components/test/support/public-types";

const document = readFileSync(path.resolve(__dirname, "..", "..", "docs", "components.md"), "utf8");

/** The names in the table of the section "Child resources", by the components. */
function documented(): Readonly<Record<string, readonly string[]>> {
  const section = document.split("## Child resources\n")[1]?.split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| (\w+) +\| (`.*`.*) \|$/gm)].filter(
    ([, component]) => component !== "component",
  );
  return Object.fromEntries(
    rows.map(([, component = "", names = ""]) => [
      component,
      [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name).sort(),
    ]),
  );
}

describe("the documents", () => {
  it("name the nodes of every component, and no others", () => {
    const types = new PublicTypes();
    const { checker } = types;
    const declared = faces.flatMap((face) =>
      types.exportsOf(face).flatMap((symbol) => {
        const nodes = checker.getDeclaredTypeOfSymbol(symbol).getProperty("nodes");
        if (nodes === undefined || symbol.name === "FunctionConsumer") return [];
        const names = checker.getPropertiesOfType(checker.getTypeOfSymbol(nodes)).map(({ name }) => name);
        return [[symbol.name, [...names].sort()]] as const;
      }),
    );
    assert.equal(declared.length, 14);
    assert.deepEqual(documented(), Object.fromEntries(declared));
  });
});
