// docs/troubleshooting.md quotes messages as they are: a message that is reworded must be reworded there too.
import { strict as assert } from "node:assert";
import { globSync } from "node:fs";
import * as path from "node:path";
import { read, root } from "../support/docs-tables";
import { sourceTexts } from "../support/source-texts";

/** What others word: TypeScript, AWS and Pulumi. */
const ofOthers = ["What the compiler says", "What AWS says", "What Pulumi says"];
/** Errors of the runtime that are never the type of a dead letter. */
const internal = ["AwsError", "NotYet", "OutOfTime"];

interface Entry {
  readonly section: string;
  /** The message of the heading, and those beside it. */
  readonly quotes: readonly string[];
  readonly text: string;
}

const entries = read("docs/troubleshooting.md")
  .split("\n## ")
  .slice(1)
  .flatMap((part): Entry[] => {
    const [section = "", ...each] = part.split(/^### /m);
    return each.map((text) => ({
      section: section.split("\n")[0] ?? "",
      quotes: [...text.matchAll(/^(?:Also: )?`(.+)`$/gm)].map(([, quote = ""]) => quote),
      text,
    }));
  });

/** Whether the text has the parts of the quote, in their order. */
function says(text: string, quote: string): boolean {
  let from = 0;
  for (const part of quote.split("…")) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

describe("docs/troubleshooting.md", () => {
  it("quotes messages that exist in the sources", () => {
    const ours = entries.filter(({ section }) => !ofOthers.includes(section));
    assert.ok(ours.length > 100, `${ours.length} entries`);
    for (const quote of ours.flatMap(({ quotes }) => quotes)) {
      assert.ok(
        quote.split("…").some((part) => part.length >= 8),
        `nobody can search for ${quote}`,
      );
    }
    const texts = sourceTexts();
    const unknown = ours.flatMap(({ quotes }) => quotes).filter((quote) => !texts.some((text) => says(text, quote)));
    assert.deepEqual(unknown, []);
  });

  it("says of each what to do", () => {
    for (const { quotes, text } of entries) {
      assert.ok(quotes.length > 0, text);
      assert.equal([...text.matchAll(/^\*\*Fix:\*\* \S/gm)].length, 1, quotes[0]);
    }
    const quotes = entries.flatMap((entry) => entry.quotes);
    assert.deepEqual(
      quotes.filter((quote, index) => quotes.indexOf(quote) !== index),
      [],
    );
  });

  it("has each error of the consumer", () => {
    const declared = globSync("components/runtime/**/*.ts", { cwd: root }).flatMap((file) =>
      [...read(path.posix.normalize(file)).matchAll(/class (\w+) extends (?:Error|NotYet|PermanentError)\b/g)].map(
        ([, name = ""]) => name,
      ),
    );
    assert.ok(declared.length > 5);
    const listed = entries.flatMap(({ section, quotes }) => (section.startsWith("Dead letters") ? quotes : []));
    // A class in a comment is an example.
    const missing = declared.filter((name) => !internal.includes(name) && name !== "PaymentDeclined");
    assert.deepEqual(
      missing.filter((name) => !listed.includes(name)),
      [],
    );
  });
});
