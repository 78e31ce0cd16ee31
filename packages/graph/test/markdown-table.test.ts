import { strict as assert } from "node:assert";
import { markdownTable } from "../read/markdown-table";

describe("a table in Markdown", () => {
  it("is as wide as its cells, the last column apart, and holds lines and bars within a cell", () => {
    assert.equal(
      markdownTable(
        ["key", "meaning"],
        [
          ["longer", "a | b"],
          ["x", "one\ntwo"],
        ],
      ),
      ["| key    | meaning", "| ------ | ---", "| longer | a \\| b", "| x      | one two"]
        .map((line) => `${line} |`)
        .join("\n"),
    );
  });
});
