// Filter patterns: which messages they match, and what is refused.
import assert from "node:assert/strict";
import { compileFilterPattern } from "../../logs/filter-pattern/filter-pattern";

const lines = ["ERROR WARN message", "ERROR message", "WARN message", "INFO id=3f-8a (done)"];

describe("a filter pattern of terms", () => {
  for (const [pattern, matching] of [
    ["", [0, 1, 2, 3]],
    ["ERROR", [0, 1]],
    ["error", []],
    ["RRO", [0, 1]],
    ["ERROR WARN", [0]],
    ["?ERROR ?WARN", [0, 1, 2]],
    ["ERROR -WARN", [1]],
    ["-ERROR", [2, 3]],
    ['"WARN message"', [0, 2]],
    ['-"WARN message" message', [1]],
    ['"3f-8a"', [3]],
    ['?"(done)" ?ERROR', [0, 1, 3]],
    ["  message   WARN ", [0, 2]],
  ] as const) {
    it(`matches ${JSON.stringify(pattern)} as CloudWatch Logs does`, () => {
      const matches = compileFilterPattern(pattern);
      assert.deepEqual(
        lines.flatMap((line, index) => (matches(line) ? [index] : [])),
        matching,
      );
    });
  }

  it("reads an escaped quote in a phrase", () => {
    const matches = compileFilterPattern('"\\"id\\":\\"o-1\\""');
    assert.equal(matches('{"id":"o-1"}'), true);
    assert.equal(matches('{"id":"o-2"}'), false);
  });
});

/** The example of AWS's documentation, and more. */
const event = {
  eventType: "UpdateTrail",
  sourceIPAddress: "111.111.111.111",
  arrayKey: ["value", "another value"],
  objectList: [
    { name: "a", id: 1 },
    { name: "b", id: 2 },
  ],
  SomeObject: null,
  ThisFlag: true,
  off: false,
  "detail-type": "OrderPlaced",
  user: { id: 1, email: "John.Stiles@example.com" },
  users: [
    { id: 2, email: "John.Doe@example.com" },
    { id: 3, email: "Jane.Doe@example.com" },
  ],
  actions: ["GET", "PUT", "DELETE"],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
  ],
  latency: 500.5,
  code: "404",
  text: 'say "hi"',
};

describe("a filter pattern for JSON", () => {
  for (const [pattern, expected] of [
    ['{ $.eventType = "UpdateTrail" }', true],
    ["{ $.eventType = UpdateTrail }", true],
    ['{ $.eventType = "updateTrail" }', false],
    ['{ $.eventType != "UpdateTrail" }', false],
    ["{ $.sourceIPAddress != 123.123.* }", true],
    ["{ $.sourceIPAddress = 111.111.* }", true],
    ['{ $.eventType = "*Trail" }', true],
    ['{ $.eventType = "Update*" }', true],
    ['{ $.eventType = "*date*" }', true],
    ['{ $.eventType = "Up*rail" }', false],
    ['{ $.eventType = "*" }', true],
    ['{ $.missing = "*" }', false],
    ["{ $.latency = * }", true],
    ["{ $.latency = 50* }", true],
    ['{ $.arrayKey[0] = "value" }', true],
    ["{ $.objectList[1].id = 2 }", true],
    ["{ $.objectList[2].id = 2 }", false],
    ["{ $.eventType[0] = U }", false],
    ["{ $.coordinates[1][2] = 6 }", true],
    ["{ $.SomeObject IS NULL }", true],
    ["{ $.missing IS NULL }", false],
    ["{ $.missing NOT EXISTS }", true],
    ["{ $.SomeObject NOT EXISTS }", false],
    ["{ $.ThisFlag IS TRUE }", true],
    ["{ $.off IS TRUE }", false],
    ["{ $.off IS FALSE }", true],
    ["{ $.detail-type = OrderPlaced }", true],
    ["{ $.latency >= 500 }", true],
    ["{ $.latency < 5.005e2 }", false],
    ["{ $.latency <= +500.5 }", true],
    ["{ $.user.id = 1 }", true],
    ["{ $.user.id != 2 }", true],
    // A text is no number, and an array no value.
    ["{ $.code = 404 }", false],
    ['{ $.code = "404" }', true],
    ['{ $.users != "x" }', false],
    ['{ $.missing != "x" }', false],
    ['{ $.text = "say \\"hi\\"" }', true],
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    ['{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }', true],
    [
      '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }',
      false,
    ],
  ] as const) {
    it(`${expected ? "matches" : "does not match"} by ${pattern}`, () => {
      assert.equal(compileFilterPattern(pattern)(JSON.stringify(event)), expected);
    });
  }

  it("matches no message that is not a JSON object", () => {
    const matches = compileFilterPattern("{ $.a NOT EXISTS }");
    assert.deepEqual(["plain", "[1]", '{"a":', '"a"', "{}"].map(matches), [false, false, false, false, true]);
  });
});

describe("a filter pattern that is refused", () => {
  for (const [pattern, message] of [
    ["3f-8a", /^Invalid character\(s\) in term '-'\. Put a term with other characters .* into double quotes\.$/],
    ["(done)", /^Invalid character\(s\) in term '\('/],
    ["[ip, user, status = 4*]", /does not evaluate patterns for space-delimited events/],
    ["%[Ee]rror%", /does not evaluate regular expressions in filter patterns, as %\[Ee\]rror% is/],
    ["?ERROR INFO", /CloudWatch Logs then ignores those with \?/],
    ['"open', /The double quotes of "open do not end/],
    ["{ $.a = %b% }", /does not evaluate regular expressions/],
    ["{ $.a[*] = 1 }", /does not evaluate the selector \$\.a\[\*\]/],
    ['{ $."sc-status" = 5* }', /does not evaluate the selector/],
    ["{ $.a = true }", /Write IS TRUE, or "true" for a text/],
    ['{ $.a > "b" }', /Only numbers compare by >/],
    ["{ $.a EXISTS }", /where the local run reads =, !=, <, >, <=, >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS/],
    ["{ $.a = 1 $.b = 2 }", /has "\$\.b" where the local run reads &&, \|\| or the end/],
    ["{ ($.a = 1 }", /has its end where the local run reads \)/],
    ["{ a = 1 }", /has "a" where the local run reads a selector/],
    ["{ $.a = }", /has its end where the local run reads a value/],
    ["{ $.a = b@c }", /^Invalid character\(s\) in term '@'/],
    ["{ $.a = 1", /does not end with }/],
    ["x".repeat(1025), /Member must have length less than or equal to 1024/],
  ] as const) {
    it(`names the reason for ${pattern.slice(0, 40)}`, () => {
      assert.throws(() => compileFilterPattern(pattern), { code: "InvalidParameterException", message });
    });
  }
});
