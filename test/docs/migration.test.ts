// What docs/migration/ shows of other tools: blocks that are marked with `before`, as "```ts before". The tests do not
// have these tools, so such a block is read and not run, and no other page may have one.
import { strict as assert } from "node:assert";
import ts from "typescript";
import { parseDocument } from "yaml";
import { documents, read } from "../support/docs-tables";

interface Block {
  readonly file: string;
  readonly language: string;
  readonly marked: string;
  readonly text: string;
}

const blocksOf = (file: string): Block[] =>
  [...read(file).matchAll(/^( *)```(\w+)(.*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indentation = "", language = "", marked = "", text = ""]) => ({
      ...{ file, language, marked: marked.trim() },
      text: text.replaceAll(new RegExp(`^${indentation}`, "gm"), ""),
    }),
  );
const blocks = documents().flatMap(blocksOf);
const before = blocks.filter(({ marked }) => marked === "before");
const isMigration = (file: string) => file.startsWith("docs/migration/");

function faultsOf({ language, text }: Block): readonly string[] {
  if (language === "yaml") return parseDocument(text, { logLevel: "error" }).errors.map(({ message }) => message);
  const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("the code of other tools", () => {
  it("is on the pages of migration only, and no other block of TypeScript is marked", () => {
    assert.deepEqual([...new Set(before.map(({ file }) => file))].sort(), documents().filter(isMigration).sort());
    assert.deepEqual(
      blocks.filter(({ language, marked }) => /^(ts|typescript)$/.test(language) && !["", "before"].includes(marked)),
      [],
    );
  });

  it("is shown next to what replaces it", () => {
    for (const file of documents().filter(isMigration)) {
      const ours = blocks.filter((each) => each.file === file && each.language === "ts" && each.marked === "");
      assert.ok(ours.length > 0, `${file} has no example of this library`);
    }
  });

  it("has no mistake of syntax", () => {
    for (const block of before) assert.deepEqual(faultsOf(block), [], `${block.file}:\n${block.text}`);
  });
});
