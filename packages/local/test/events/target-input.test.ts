// What targets get of an event.
import assert from "node:assert/strict";
import type { BusEvent } from "../../events/event";
import { checkInput, inputFor, type TargetInput } from "../../events/target-input";

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

  it("is a template with values from the event", () => {
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

  it("supports the predefined variables", () => {
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
