import { strict as assert } from "node:assert";
import { faces, PublicTypes } from "../../tools/docs/public-types";
import { statedAfter } from "../support/docs-tables";

const namesIn = (cell: string) => [...cell.replace(/\(.*?\)/g, "").matchAll(/\w+/g)].map(([name]) => name).sort();

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
    const documented = Object.entries(statedAfter("docs/components/nodes.md", "# Child resources", "component"));
    assert.deepEqual(
      Object.fromEntries(documented.map(([component, cell]) => [component, namesIn(cell)])),
      Object.fromEntries(declared),
    );
  });
});
