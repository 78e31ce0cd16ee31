// The pages that every list of the local run comes in, and the reader of every request's input.
import { strict as assert } from "node:assert";
import { inputReader } from "../../service/input";
import { page } from "../../service/page";

const keyOf = (key: string) => key;
const listed = (all: readonly string[], token?: string) => page(all, keyOf, { size: 2, token, as: "NextToken" });

describe("a page of a list", () => {
  it("has the items in the order of their keys, and no token when nothing follows", () => {
    const first = listed(["c", "a", "b"]);
    assert.deepEqual(first.items, ["a", "b"]);
    const second = listed(["c", "a", "b"], first.more.NextToken);
    assert.deepEqual(second, { items: ["c"], more: {} });
    assert.deepEqual(listed(["a", "b"]).more, {});
  });

  it("continues where the last one ended, whatever has been added and removed since", () => {
    const { NextToken } = listed(["a", "c", "e"]).more;
    assert.deepEqual(listed(["b", "d", "e"], NextToken).items, ["d", "e"]);
  });
});

describe("the input of a request", () => {
  const rules = {
    missing: (name: string) => new Error(`no ${name}`),
    wrongType: (name: string, expected: string) => new Error(`${name} is not ${expected}`),
  };
  const { text, optionalText, texts, structures, textMap, optionalNumber, optionalBoolean } = inputReader(rules);

  it("is refused where a member has another type, by the member's name", () => {
    assert.throws(() => text({ Name: 1 }, "Name"), /^Error: Name is not a string$/);
    assert.throws(() => texts({ Names: ["a", 1] }, "Names"), /Names is not a list of strings/);
    assert.throws(() => structures({ Tags: ["a"] }, "Tags"), /Tags is not a list of structures/);
    assert.throws(() => textMap({ Tags: { a: 1 } }, "Tags"), /Tags\.a is not a string/);
    assert.throws(() => textMap({ Tags: [] }, "Tags"), /Tags is not a map/);
    assert.throws(() => optionalNumber({ Limit: "1" }, "Limit"), /Limit is not a number/);
    assert.throws(() => optionalBoolean({ On: "true" }, "On"), /On is not a boolean/);
  });

  it("treats null as a missing member", () => {
    assert.throws(() => text({ Name: null }, "Name"), /no Name/);
    assert.deepEqual(texts({ Names: null }, "Names"), []);
    assert.equal(optionalText({ Name: null }, "Name"), undefined);
  });

  it("keeps an empty string, treats it as missing where one is required, or leaves it out", () => {
    const [kept, refused, absent] = (["kept", "refused", "absent"] as const).map((emptyText) =>
      inputReader({ ...rules, emptyText }),
    );
    assert.equal(kept?.text({ Name: "" }, "Name"), "");
    assert.throws(() => refused?.text({ Name: "" }, "Name"), /no Name/);
    assert.equal(refused?.optionalText({ Name: "" }, "Name"), "");
    assert.equal(absent?.optionalText({ Name: "" }, "Name"), undefined);
  });
});
