import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { code, cut, fenced, fitted, largestComment } from "../markdown";
import { reviewOf } from "./support/review";

describe("untrusted text in Markdown", () => {
  it("stays inside its code span, whatever it contains", () => {
    assert.equal(code("orders"), "`orders`");
    assert.equal(code("a `b` @team <img src=x>"), "`` a `b` @team <img src=x> ``");
    assert.equal(code("``` #1"), "```` ``` #1 ````");
    assert.equal(code("`"), "`` ` ``");
    assert.equal(code("one\n\n# two"), "`one ⏎  ⏎ # two`");
    assert.equal(code(""), "(empty)");
  });

  it("shows characters that would hide it or change its direction", () => {
    assert.equal(code("a\u202eb\u0000c\u200b\u0085"), "`a\\u202eb\\u0000c\\u200b\\u0085`");
  });

  it("cannot end its code fence", () => {
    assert.equal(fenced("a\n```\n@all"), "````\na\n```\n@all\n````");
    assert.equal(fenced("graph", "mermaid"), "```mermaid\ngraph\n```");
  });

  it("is shortened in the middle", () => {
    assert.equal(cut("x".repeat(10), 10), "x".repeat(10));
    assert.equal(cut("abcdefghijk", 5), "ab…jk");
    // A character of two units stays whole.
    assert.equal(cut("😀".repeat(9), 5), "😀😀…😀😀");
  });
});

describe("a comment", () => {
  it("ends with the number of omitted lines where it does not all fit", () => {
    const texts = ["first", ...Array.from({ length: 1000 }, (_, index) => `line ${index}\n${"é".repeat(100)}`)];
    const text = fitted(texts, 10_000);
    assert.ok(Buffer.byteLength(text) <= 10_000);
    assert.match(text, /^first\n\nline 0\n/);
    const lines = Number(/\*\*(\d+) more lines did not fit into one comment\.\*\*/.exec(text)?.[1]);
    assert.equal(text.match(/^line/gm)?.length, 1000 - lines / 2);
    assert.equal(fitted(["a", "b"], 10_000), "a\n\nb\n");
  });

  it("begins with the warnings, and stays below GitHub's limit for a change of everything", async () => {
    const program = (delaySeconds: number, said: string) => () => {
      for (let index = 0; index < 150; index += 1) {
        const args = { delaySeconds, policy: said.repeat(1000), fifoQueue: delaySeconds > 0 };
        new aws.sqs.Queue(`queue-${index}`, args);
      }
    };
    const { sections } = await reviewOf(program(0, "a@all"), program(5, "b@all"));
    assert.ok(Buffer.byteLength(sections.join("\n\n")) > largestComment);
    const text = fitted(sections, largestComment);
    assert.ok(text.length < 65_536 && text.length > 60_000);
    assert.match(text, /^## Stack `dev`\n\n[^\n]*\n\n> \[!CAUTION\]\n> \*\*Data is lost\*\*\n/);
    assert.match(text, /more lines did not fit/);
  });
});
