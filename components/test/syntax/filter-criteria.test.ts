// Filter criteria of event source mappings, rule by rule.
import assert from "node:assert/strict";
import { compileFilter } from "../../syntax/filter-criteria";
import { InvalidPattern } from "../../syntax/invalid-pattern";

const matches = (pattern: unknown, body: unknown) =>
  compileFilter([typeof pattern === "string" ? pattern : JSON.stringify({ body: pattern })])({
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

describe("a filter", () => {
  const cases: readonly (readonly [string, unknown, readonly unknown[], readonly unknown[]])[] = [
    [
      "equals",
      { type: ["order", "refund"] },
      [{ type: "order" }, { type: "refund", more: 1 }],
      [{ type: "Order" }, {}, { type: null }],
    ],
    ["null", { at: [null] }, [{ at: null }], [{}, { at: "" }, { at: "null" }]],
    ["empty", { at: [""] }, [{ at: "" }], [{ at: null }, {}]],
    ["truth values", { paid: [true] }, [{ paid: true }], [{ paid: "true" }, { paid: false }]],
    ["and", { a: ["1"], b: ["2"] }, [{ a: "1", b: "2" }], [{ a: "1" }, { a: "1", b: "3" }]],
    ["nested", { a: { b: { c: ["x"] } } }, [{ a: { b: { c: "x" } } }], [{ a: { b: "x" } }, { a: null }, { c: "x" }]],
    ["prefix", { r: [{ prefix: "us-" }] }, [{ r: "us-east-1" }], [{ r: "eu-us-" }, { r: 1 }, {}]],
    ["suffix", { f: [{ suffix: ".png" }] }, [{ f: "a.png" }], [{ f: "a.png.txt" }]],
    ["equals-ignore-case", { s: [{ "equals-ignore-case": "New York" }] }, [{ s: "NEW yORK" }], [{ s: "York" }]],
    ["prefix, ignoring case", { s: [{ prefix: { "equals-ignore-case": "ab" } }] }, [{ s: "ABC" }], [{ s: "xab" }]],
    [
      "wildcard",
      { p: [{ wildcard: "a/*/c.*" }] },
      [{ p: "a/b/c.txt" }, { p: "a//c." }],
      [{ p: "a/b/cxtxt" }, { p: "xa/b/c.t" }],
    ],
    ["escaped wildcard", { p: [{ wildcard: "a\\*b" }] }, [{ p: "a*b" }], [{ p: "axb" }]],
    ["numeric equals", { n: [{ numeric: ["=", 300] }] }, [{ n: 300 }, '{"n":3.0e2}'], [{ n: 301 }, { n: "300" }]],
    ["numeric range", { n: [{ numeric: [">", 0, "<=", 5] }] }, [{ n: 5 }, { n: 0.1 }], [{ n: 0 }, { n: 5.01 }]],
    ["numbers by their value", { n: [300] }, [{ n: 300 }, '{"n":3.0e2}', '{"n":300.0}'], [{ n: 301 }, { n: "300" }]],
    ["exists", { a: [{ exists: true }] }, [{ a: 1 }, { a: null }], [{}, { a: { b: 1 } }, { a: [] }]],
    ["does not exist", { a: [{ exists: false }] }, [{}, { b: 1 }, { a: [] }], [{ a: 1 }, { a: null }]],
    [
      "anything-but",
      { s: [{ "anything-but": "open" }] },
      [{ s: "closed" }, { s: 1 }],
      [{ s: "open" }, {}, { s: { t: "closed" } }],
    ],
    ["anything-but several", { s: [{ "anything-but": ["a", "b"] }] }, [{ s: "c" }], [{ s: "a" }, { s: "b" }]],
    ["anything-but a prefix", { s: [{ "anything-but": { prefix: "us-" } }] }, [{ s: "eu" }], [{ s: "us-1" }, {}]],
    ["anything-but a suffix", { s: [{ "anything-but": { suffix: "x" } }] }, [{ s: "xy" }], [{ s: "yx" }]],
    [
      "anything-but wildcards",
      { s: [{ "anything-but": { wildcard: ["*/lib/*", "*.o"] } }] },
      [{ s: "a/b" }],
      [{ s: "a/lib/b" }, { s: "a.o" }],
    ],
    [
      "or of members",
      { $or: [{ a: ["1"] }, { b: ["2"] }], c: ["3"] },
      [
        { a: "1", c: "3" },
        { b: "2", c: "3" },
      ],
      [{ c: "3" }, { a: "1" }],
    ],
    ["lists in the event", { tags: ["a"] }, [{ tags: ["b", "a"] }], [{ tags: ["b"] }, { tags: [] }]],
    [
      "objects in lists",
      { items: { sku: ["book"], n: [1] } },
      [
        {
          items: [
            { sku: "pen", n: 1 },
            { sku: "book", n: 1 },
          ],
        },
      ],
      [
        {
          items: [
            { sku: "pen", n: 1 },
            { sku: "book", n: 2 },
          ],
        },
      ],
    ],
    ["plain text", [{ prefix: "order:" }], ["order:1"], ["refund:1", '{"order:":1}']],
    ["JSON against plain text", { a: [{ exists: false }] }, [{}], ["plain", '"word"', "12"]],
  ];
  for (const [name, pattern, taken, dropped] of cases) {
    it(`supports ${name}`, () => {
      for (const body of taken) assert.equal(matches(pattern, body), true, `taken: ${JSON.stringify(body)}`);
      for (const body of dropped) assert.equal(matches(pattern, body), false, `dropped: ${JSON.stringify(body)}`);
    });
  }

  it("accepts what any of several patterns matches, and everything without a pattern", () => {
    const filter = compileFilter(['{"body":{"a":[1]}}', '{"body":{"b":[2]}}']);
    assert.equal(filter({ body: '{"b":2}' }), true);
    assert.equal(filter({ body: '{"a":2}' }), false);
    assert.equal(compileFilter([])({ body: "x" }), true);
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ["not json", /not JSON/],
    ["[]", /JSON object/],
    ['{"body":{"a":"x"}}', /body\.a: "a" must be an object or an array/],
    ['{"body":{"a":[]}}', /body\.a: Empty arrays are not allowed/],
    ['{"body":{"a":[{"like":"x"}]}}', /body\.a: Unrecognized match type like/],
    ['{"body":{"a":[{"numeric":[">"]}]}}', /body\.a: Value of > must be numeric/],
    ['{"body":{"a":[{"prefix":1}]}}', /body\.a: prefix match pattern must be a string/],
    ['{"body":{"a":[{"prefix":"a","suffix":"b"}]}}', /body\.a: Only one key allowed in match expression/],
    ['{"body":{"a":[{"wildcard":"a**"}]}}', /body\.a: Consecutive wildcard characters at pos 2/],
  ];
  for (const [pattern, message] of refused) {
    it(`refuses ${pattern}`, () => {
      assert.throws(
        () => compileFilter([pattern]),
        (error) => error instanceof InvalidPattern && message.test(error.message),
      );
    });
  }

  it("looks into the record itself where it has no text: its numbers, its lists, and not what is undefined", () => {
    const record = { at: 300, changes: { none: undefined, names: ["a", "b"], size: { N: "1" } } };
    const matchesRecord = (pattern: unknown) => compileFilter([JSON.stringify(pattern)], null)(record);
    assert.ok(matchesRecord({ at: [300], changes: { names: ["b"], size: { N: ["1"] } } }));
    assert.ok(matchesRecord({ changes: { none: [{ exists: false }] } }));
    assert.ok(!matchesRecord({ at: ["300"] }));
  });
});
