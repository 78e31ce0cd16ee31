// Event patterns: what they take, and what EventBridge refuses.
import assert from "node:assert/strict";
import { ServiceError } from "@spillway/local/ask";
import { compileEventPattern } from "../../../test/support/internals";
import { parseJson } from "../../syntax/json";

describe("an event pattern", () => {
  const matches = (detail: unknown, event: unknown) =>
    compileEventPattern(typeof detail === "string" ? `{"detail":${detail}}` : JSON.stringify({ detail }))(
      parseJson(`{"source":"shop","detail":${typeof event === "string" ? event : JSON.stringify(event)}}`),
    );
  const cases: readonly (readonly [string, unknown, readonly unknown[], readonly unknown[]])[] = [
    ["exact values", { a: ["x", 1, null, true] }, [{ a: "x" }, { a: 1 }, { a: null }, { a: true }], [{ a: "y" }, {}]],
    ["numbers by their value", { a: [300] }, [{ a: 300 }, '{"a":3.0e2}', '{"a":300.0}'], [{ a: 301 }, { a: "300" }]],
    [
      "numbers of many digits by how they are written",
      '{"a":[123456789012345678901]}',
      ['{"a":123456789012345678901}'],
      ['{"a":123456789012345678902}', '{"a":123456789012345678901.0}'],
    ],
    ["prefix", { a: [{ prefix: "eu-" }] }, [{ a: "eu-west-1" }], [{ a: "us-eu-" }, { a: 1 }]],
    ["prefix, ignoring case", { a: [{ prefix: { "equals-ignore-case": "eu" } }] }, [{ a: "EU-1" }], [{ a: "xEU" }]],
    ["suffix", { a: [{ suffix: ".png" }] }, [{ a: "x.png" }], [{ a: "x.png.gz" }]],
    ["suffix, ignoring case", { a: [{ suffix: { "equals-ignore-case": ".png" } }] }, [{ a: "x.PNG" }], [{ a: "PNG" }]],
    ["equals-ignore-case", { a: [{ "equals-ignore-case": "Alice" }] }, [{ a: "aLICE" }], [{ a: "Alicia" }]],
    ["wildcard", { a: [{ wildcard: "dir/*/x*.png" }] }, [{ a: "dir/1/x2.png" }], [{ a: "dir/x.png" }]],
    ["cidr", { a: [{ cidr: "10.0.0.0/24" }] }, [{ a: "10.0.0.255" }], [{ a: "10.0.1.0" }, { a: "x" }, { a: "::1" }]],
    [
      "cidr of IPv6",
      { a: [{ cidr: "2001:db8::/32" }] },
      [{ a: "2001:db8::7" }],
      [{ a: "2001:db9::" }, { a: "1.1.1.1" }],
    ],
    ["numeric", { a: [{ numeric: [">", 0, "<=", 5] }] }, [{ a: 5 }, '{"a":5.0}'], [{ a: 0 }, { a: "3" }, { a: null }]],
    ["exists", { a: [{ exists: true }] }, [{ a: null }], [{ b: 1 }, { a: { b: 1 } }, { a: [] }]],
    ["does not exist", { a: [{ exists: false }] }, [{ b: 1 }, { a: [] }, { a: { b: 1 } }], [{ a: 1 }, { a: null }]],
    ["exists or something else", { a: [{ exists: false }, { prefix: "x" }] }, [{}, { a: "xy" }], [{ a: "y" }]],
    ["null of empty lists", { a: [null] }, [{ a: null }, { a: [null] }], [{ a: [] }, {}]],
    [
      "members that are missing within others",
      { image: { made: { S: [{ "anything-but": ["roses"] }, { exists: false }] } } },
      [{ image: { bought: { N: "789" } } }, { image: { made: { S: "tulips" } } }, {}],
      [{ image: { made: { S: "roses" } } }],
    ],
    [
      "members that are missing from an element of a list",
      { items: { id: ["book"], price: [{ exists: false }] } },
      [{ items: [{ id: "book" }, { id: "pen", price: 1 }] }],
      [{ items: [{ id: "book", price: 1 }, { id: "pen" }] }],
    ],
    [
      "dots in its own names",
      { "state.status": ["on"] },
      [{ state: { status: "on" } }, { "state.status": "on" }],
      [{}],
    ],
    [
      "empty names",
      { "": { "": ["on"] }, a: { "": { b: [1] } } },
      [{ "": { "": "on" }, a: { "": { b: 1 } } }],
      [
        { "": { "": "off" }, a: { "": { b: 1 } } },
        { "": { "": "on" }, a: { b: 1 } },
      ],
    ],
    [
      "dots in names of the event",
      { state: { status: ["on"] } },
      [{ "state.status": "on" }, { state: { status: "on" } }],
      [{ "state.status": { status: "on" } }, { state: "on" }],
    ],
    ["text that holds JSON as a text", { a: { b: ["x"] } }, [{ a: { b: "x" } }], [{ a: '{"b":"x"}' }]],
    [
      "anything-but",
      { a: [{ "anything-but": ["x", "y"] }] },
      [{ a: "z" }, { a: null }, { a: 1 }, { a: ["x", "z"] }],
      [{ a: "x" }, {}, { a: [] }],
    ],
    ["anything-but of leaves only", { a: [{ "anything-but": "x" }] }, [{ a: "y" }], [{ a: { b: "y" } }, { a: [{}] }]],
    ["anything-but numbers", { a: [{ "anything-but": 4 }] }, [{ a: 5 }, { a: "4" }, { a: 0 }], [{ a: 4 }, '{"a":4.0}']],
    ["anything-but a prefix", { a: [{ "anything-but": { prefix: "us-" } }] }, [{ a: "eu" }], [{ a: "us-1" }]],
    ["anything-but suffixes", { a: [{ "anything-but": { suffix: [".a", ".b"] } }] }, [{ a: "x.c" }], [{ a: "x.b" }]],
    ["anything-but a wildcard", { a: [{ "anything-but": { wildcard: "*/lib/*" } }] }, [{ a: "/x/" }], [{ a: "/lib/" }]],
    [
      "anything-but, ignoring case",
      { a: [{ "anything-but": { "equals-ignore-case": ["open"] } }] },
      [{ a: "closed" }],
      [{ a: "OPEN" }],
    ],
    ["or of members", { $or: [{ a: [1] }, { b: { c: [2] } }] }, [{ a: 1 }, { b: { c: 2 } }], [{ a: 2, b: { c: 1 } }]],
    [
      "or of a list with operators as a name",
      { $or: [{ prefix: "x" }, { suffix: "y" }] },
      [{ $or: "xa" }],
      [{ a: "x" }],
    ],
    ["names that begin with a dot", { ".x": [1] }, [{ ".x": 1 }, { "": { x: 1 } }], [{ x: 1 }]],
    ["lists", { a: ["x"] }, [{ a: ["w", "x"] }], [{ a: ["w"] }, { a: [] }]],
    ["lists in lists", { a: ["x"] }, [{ a: [["w"], ["x"]] }, { a: [[["x"]]] }], [{ a: [["w"]] }]],
    [
      "objects in lists in lists",
      { a: { b: ["x"], c: [1] } },
      [{ a: [[{ b: "x", c: 1 }]] }],
      [{ a: [[{ b: "x" }], [{ c: 1 }]] }],
    ],
    ["objects in lists", { a: { b: ["x"], c: [1] } }, [{ a: [{ b: "x", c: 1 }] }], [{ a: [{ b: "x" }, { c: 1 }] }]],
  ];
  for (const [name, detail, taken, left] of cases) {
    it(`supports ${name}`, () => {
      for (const event of taken) assert.equal(matches(detail, event), true, `taken: ${JSON.stringify(event)}`);
      for (const event of left) assert.equal(matches(detail, event), false, `left: ${JSON.stringify(event)}`);
    });
  }

  const refused: readonly (readonly [string, RegExp])[] = [
    ["{", /not JSON/],
    ['["a"]', /Filter is not an object/],
    ["{}", /Empty objects are not allowed/],
    ['{"a":{}}', /Empty objects are not allowed/],
    ['{"source":"shop"}', /"source" must be an object or an array/],
    ['{"source":42}', /"source" must be an object or an array/],
    ['{"source":[]}', /Empty arrays are not allowed/],
    ['{"source":[["shop"]]}', /Match value must be String, number, true, false, or null/],
    ['{"source":[{"like":"x"}]}', /Unrecognized match type like/],
    ['{"source":[{"EXISTS":true}]}', /Unrecognized match type EXISTS/],
    ['{"source":[{"exists":"true"}]}', /exists match pattern must be either true or false\./],
    ['{"source":[{"prefix":"x","suffix":"y"}]}', /Only one key allowed in match expression/],
    ['{"source":[{"prefix":["x"]}]}', /prefix match pattern must be a string/],
    ['{"source":[{"suffix":123}]}', /suffix match pattern must be a string/],
    ['{"source":[{"prefix":{"wildcard":"x"}}]}', /Unsupported prefix pattern: wildcard/],
    ['{"source":[{"equals-ignore-case":{"prefix":"x"}}]}', /equals-ignore-case match pattern must be a string/],
    ['{"source":[{"wildcard":123}]}', /wildcard match pattern must be a string/],
    ['{"source":[{"wildcard":"arn:aws:events:us-east-1:**:x"}]}', /Consecutive wildcard characters at pos 26/],
    ['{"source":[{"wildcard":"a\\\\b"}]}', /Invalid escape character at pos 2/],
    ['{"source":[{"cidr":"10.0.0.0"}]}', /Malformed CIDR, one '\/' required/],
    ['{"source":[{"cidr":"10.0.0.0/xx"}]}', /Malformed CIDR, mask bits must be an integer/],
    ['{"source":[{"cidr":"xx.11.xx/8"}]}', /Nonstandard IP address: xx\.11\.xx/],
    ['{"source":[{"cidr":"10.0.0.0/33"}]}', /IPv4 mask bits must be at most 32/],
    ['{"source":[{"numeric":[">",0,">",0]}]}', /Bad numeric range operator: >/],
    ['{"source":[{"numeric":[">",0,"<"]}]}', /Value of < must be numeric/],
    ['{"source":[{"numeric":[">",10,"<",5]}]}', /Bottom must be less than top/],
    ['{"source":[{"numeric":["<",5,">",0]}]}', /Too many elements in numeric expression/],
    ['{"source":[{"numeric":["=",6e9]}]}', /Value must be between -5\.0E9 and 5\.0E9, inclusive/],
    ['{"source":[{"anything-but":["x",1]}]}', /either all values are number or string/],
    ['{"source":[{"anything-but":null}]}', /Value of anything-but must be an array or single string\/number value\./],
    ['{"source":[{"anything-but":[null]}]}', /Inside anything but list, start\|null\|boolean is not supported\./],
    ['{"source":[{"anything-but":{"numeric":["=",1]}}]}', /Unsupported anything-but pattern: numeric/],
    ['{"source":[{"anything-but":{"prefix":""}}]}', /Null prefix\/suffix not allowed/],
    ['{"source":[{"anything-but":{"suffix":[1,".a"]}}]}', /prefix\/suffix match pattern must be a string/],
    [
      '{"source":[{"anything-but":{"prefix":{"equals-ignore-case":"x"}}}]}',
      /Value of anything-but must be an array or single string\/number value\./,
    ],
    [
      '{"source":[{"anything-but":{"equals-ignore-case":[123]}}]}',
      /Inside anything-but\/equals-ignore-case list, number\|start\|null\|boolean is not supported\./,
    ],
  ];
  for (const [pattern, message] of refused) {
    it(`refuses ${pattern}`, () => {
      assert.throws(
        () => compileEventPattern(pattern),
        (error) =>
          error instanceof ServiceError &&
          error.code === "InvalidEventPatternException" &&
          message.test(error.message) &&
          error.message.startsWith("Event pattern is not valid. Reason: "),
      );
    });
  }
});
