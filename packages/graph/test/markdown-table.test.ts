import { strict as assert } from "node:assert";
import { markdownTable } from "../read/markdown-table";

describe("a table in Markdown", () => {
  it("is as wide as its cells, except for the last column, and escapes line breaks and bars in a cell", () => {
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
