// Event patterns and what targets get of an event, rule by rule.
import assert from "node:assert/strict";
import type { BusEvent } from "../../local/events/event";
import { compileEventPattern } from "../../local/events/event-pattern";
import { checkInput, inputFor, type TargetInput } from "../../local/events/target-input";
import { parseJson } from "../../local/mapping/pattern";
import { ServiceError } from "../../local/service";

describe("an event pattern", () => {
  const matches = (detail: unknown, event: unknown) =>
    compileEventPattern(JSON.stringify({ detail }))(
      parseJson(`{"source":"shop","detail":${typeof event === "string" ? event : JSON.stringify(event)}}`),
    );
  const cases: readonly (readonly [string, unknown, readonly unknown[], readonly unknown[]])[] = [
    ["exact values", { a: ["x", 1, null, true] }, [{ a: "x" }, { a: 1 }, { a: null }, { a: true }], [{ a: "y" }, {}]],
    ["numbers by how they are written", { a: [300] }, [{ a: 300 }], ['{"a":3.0e2}', '{"a":300.0}', { a: "300" }]],
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
    ["numeric", { a: [{ numeric: [">", 0, "<=", 5] }] }, [{ a: 5 }], [{ a: 0 }, { a: "3" }]],
    ["exists", { a: [{ exists: true }] }, [{ a: null }], [{ b: 1 }, { a: { b: 1 } }]],
    ["does not exist", { a: [{ exists: false }] }, [{ b: 1 }], [{ a: 1 }]],
    ["anything-but", { a: [{ "anything-but": ["x", "y"] }] }, [{ a: "z" }], [{ a: "x" }, {}]],
    ["anything-but numbers", { a: [{ "anything-but": 4 }] }, [{ a: 5 }], [{ a: 4 }]],
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
    ["lists", { a: ["x"] }, [{ a: ["w", "x"] }], [{ a: ["w"] }, { a: [] }]],
    ["objects in lists", { a: { b: ["x"], c: [1] } }, [{ a: [{ b: "x", c: 1 }] }], [{ a: [{ b: "x" }, { c: 1 }] }]],
  ];
  for (const [name, detail, taken, left] of cases) {
    it(`knows ${name}`, () => {
      for (const event of taken) assert.equal(matches(detail, event), true, `taken: ${JSON.stringify(event)}`);
      for (const event of left) assert.equal(matches(detail, event), false, `left: ${JSON.stringify(event)}`);
    });
  }

  const refused: readonly (readonly [string, RegExp])[] = [
    ["{", /not JSON/],
    ['["a"]', /Filter is not an object/],
    ["{}", /Empty event pattern/],
    ['{"source":"shop"}', /source: rules stand in a list/],
    ['{"source":[]}', /matches nothing/],
    ['{"source":[{"cidr":"10.0.0.0"}]}', /cidr takes a range as 10.0.0.0\/24, "10.0.0.0" given/],
    ['{"source":[{"cidr":"10.0.0.0/33"}]}', /cidr takes a range/],
    ['{"source":[{"like":"x"}]}', /unknown operator "like"/],
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

describe("the input of a target", () => {
  const event: BusEvent = {
    id: "e-1",
    text: '{"version":"0","id":"e-1","detail-type":"order placed","source":"shop","detail":{"id":"o-1","n":2,"note":"say \\"hi\\"","items":[{"sku":"book"},{"sku":"pen"}],"to":{"city":"Bonn"}}}',
    ingestedAt: Date.UTC(2026, 0, 1),
    traceHeader: undefined,
  };
  const rule = { name: "orders", arn: "arn:aws:events:eu-west-1:000000000000:rule/orders" };
  const given = (input: TargetInput) => {
    checkInput(input, "t");
    return inputFor(input, event, rule);
  };
  const template = (text: string, paths: Record<string, string> = {}) =>
    given({ kind: "template", template: text, paths });

  it("is the event, a constant, or a part of the event", () => {
    assert.equal(given({ kind: "event" }), event.text);
    assert.equal(given({ kind: "constant", text: '{ "a": 1 }' }), '{ "a": 1 }');
    const paths: readonly (readonly [string, string])[] = [
      ["$", JSON.stringify(JSON.parse(event.text))],
      ["$.detail.to", '{"city":"Bonn"}'],
      ["$.detail-type", '"order placed"'],
      ["$.detail.items[1].sku", '"pen"'],
      ["$.detail.items[*].sku", '["book","pen"]'],
      ["$.detail.none", "null"],
    ];
    for (const [path, expected] of paths) assert.equal(given({ kind: "path", path }), expected, path);
  });

  it("is a template filled from the event", () => {
    const paths = {
      id: "$.detail.id",
      n: "$.detail.n",
      to: "$.detail.to",
      note: "$.detail.note",
      none: "$.detail.none",
    };
    assert.equal(
      template('{"order": <id>, "n": <n>, "to": <to>}', paths),
      '{"order": "o-1", "n": 2, "to": {"city":"Bonn"}}',
    );
    assert.equal(template('{"text": "order <id>: <note>, <n>"}', paths), '{"text": "order o-1: say \\"hi\\", 2"}');
    assert.equal(
      template('{"quoted": "a \\"<id>\\" b", "to": <to>}', paths),
      '{"quoted": "a \\"o-1\\" b", "to": {"city":"Bonn"}}',
    );
    assert.equal(template('"to <to>"', paths), '"to {city:Bonn}"');
    assert.equal(template('{"a": <none>, "b": "<none>"}', paths), '{"a": "", "b": ""}');
    assert.equal(template('"order <id>"\n"of <n>"', paths), '"order o-1"\n"of 2"');
  });

  it("knows the predefined variables", () => {
    assert.equal(
      template(
        '{"rule": <aws.events.rule-name>, "arn": "<aws.events.rule-arn>", "at": <aws.events.event.ingestion-time>}',
      ),
      `{"rule": "orders", "arn": "${rule.arn}", "at": "2026-01-01T00:00:00.000Z"}`,
    );
    const { detail, ...envelope } = JSON.parse(event.text);
    assert.deepEqual(JSON.parse(template("<aws.events.event>")), envelope);
    assert.deepEqual(JSON.parse(template('{"all": <aws.events.event.json>}')), { all: { ...envelope, detail } });
  });

  const refused: readonly (readonly [string, TargetInput, RegExp])[] = [
    ["a constant that is no JSON", { kind: "constant", text: "hello" }, /JSON syntax error in input for target t/],
    ["a script as a path", { kind: "path", path: "$..book[?(@.price)]" }, /Invalid InputPath for target t/],
    ["brackets as a path", { kind: "path", path: "$['detail']" }, /Invalid InputPath/],
    [
      "a placeholder without a path",
      { kind: "template", template: '{"a": <b>}', paths: {} },
      /InputTemplate for target t contains invalid placeholder b\./,
    ],
    [
      "a template that is no JSON",
      { kind: "template", template: "order <a>", paths: { a: "$.id" } },
      /Invalid InputTemplate for target t/,
    ],
    ["reserved names", { kind: "template", template: "1", paths: { "aws.x": "$.id" } }, /"aws.x" begins with AWS/],
  ];
  for (const [what, input, message] of refused) {
    it(`cannot be ${what}`, () => {
      assert.throws(() => checkInput(input, "t"), message);
    });
  }
});
