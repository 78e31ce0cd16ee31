// What a run that reloads says about types, and when.
import { strict as assert } from "node:assert";
import type { TypeCheckAnswer } from "../../type-check/child";
import { RepeatedTypes } from "../../type-check/repeated-types";

/** A checker whose checks end when the test says so. */
class Checker {
  readonly asked: ((answer?: TypeCheckAnswer) => void)[] = [];
  ended = false;

  check(): Promise<TypeCheckAnswer | undefined> {
    return new Promise((resolve) => this.asked.push(resolve));
  }

  end(): void {
    this.ended = true;
    this.asked.at(-1)?.();
  }

  /** Ends the check that is in progress. */
  async answer(text: string): Promise<void> {
    this.asked.at(-1)?.({ errors: text === "" ? 0 : 1, text, files: [text] });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("the type check of a run that reloads", () => {
  let checker: Checker;
  let types: RepeatedTypes;
  let abort: AbortController;
  const said: string[] = [];
  const files: string[] = [];
  const error = (text: string) =>
    `TypeScript finds an error in the program, which pulumi preview and pulumi up refuse.\n\n${text}\n`;
  const checkFinds = async (text: string) => {
    const checked = types.check();
    await checker.answer(text);
    await checked;
  };

  beforeEach(() => {
    said.length = 0;
    files.length = 0;
    checker = new Checker();
    abort = new AbortController();
    types = new RepeatedTypes(
      {
        ...{ program: "index.ts", signal: abort.signal, colours: false },
        say: (text) => void said.push(text),
        onFiles: (each) => void files.push(...each),
      },
      checker,
    );
  });

  it("says what is wrong once, what is wrong instead, and once that nothing is wrong any more", async () => {
    for (const found of ["", "a", "a", "b", "a", "", ""]) await checkFinds(found);
    assert.deepEqual(said, [error("a"), error("b"), error("a"), "TypeScript finds no errors any more."]);
  });

  it("says nothing of files that have changed since the check began, and checks once for several changes", async () => {
    const first = types.check();
    types.outdate();
    await checker.answer("of the first save");
    await first;
    const second = types.check();
    types.outdate();
    const third = types.check();
    types.outdate();
    const fourth = types.check();
    await checker.answer("of the second save");
    await checker.answer("of the fourth save");
    await Promise.all([second, third, fourth]);
    assert.deepEqual(said, [error("of the fourth save")]);
    assert.equal(checker.asked.length, 3);
    assert.deepEqual(files, ["of the first save", "of the second save", "of the fourth save"]);
  });

  it("keeps its process only once a file has been saved", async () => {
    await checkFinds("");
    assert.equal(checker.ended, true);
    checker.ended = false;
    types.outdate();
    await checkFinds("a");
    await checkFinds("");
    assert.equal(checker.ended, false);
  });

  it("keeps what it has said when a check is given up", async () => {
    await checkFinds("a");
    const givenUp = types.check();
    checker.asked.at(-1)?.();
    await givenUp;
    await checkFinds("a");
    assert.deepEqual(said, [error("a")]);
  });

  it("ends with the run: at Ctrl-C, and when the run cannot go on", async () => {
    const checked = types.check();
    abort.abort();
    assert.equal(checker.ended, true);
    await checked;
    await types.check();
    assert.equal(checker.asked.length, 1);
    assert.deepEqual(said, []);
  });
});
