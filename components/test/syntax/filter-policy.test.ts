// Filter policies of subscriptions: what matches, what does not, and what SNS refuses when they are set.
// Longer than 250 lines because every operator has its matches and its refusals here.
import assert from "node:assert/strict";
import { filterable } from "../../../test/support/internals";
import { bodyOf, compileFilter, type FilterScope } from "../../syntax/filter-policy";

const compile = (policy: unknown, scope: FilterScope) =>
  compileFilter(typeof policy === "string" ? policy : JSON.stringify(policy), scope);

const text = (StringValue: string) => ({ DataType: "String", StringValue });
const number = (StringValue: string) => ({ DataType: "Number", StringValue });
const list = (...values: readonly unknown[]) => ({ DataType: "String.Array", StringValue: JSON.stringify(values) });

type Attributes = Parameters<typeof filterable>[0];

function byAttributes(policy: unknown) {
  const filter = compile(policy, "MessageAttributes");
  return (attributes: Attributes) => filter({ attributes: filterable(attributes), body: undefined });
}

function byBody(policy: unknown) {
  const filter = compile(policy, "MessageBody");
  return (body: unknown) =>
    filter({ attributes: {}, body: bodyOf(typeof body === "string" ? body : JSON.stringify(body)) });
}

/** Each case: rules of one key, what matches them, what does not. */
function checkAttributes(rules: readonly unknown[], matching: readonly object[], others: readonly object[]) {
  const passes = byAttributes({ key: rules });
  for (const each of matching) assert.equal(passes({ key: each } as Attributes), true, JSON.stringify([rules, each]));
  for (const each of others) assert.equal(passes({ key: each } as Attributes), false, JSON.stringify([rules, each]));
}

describe("filter policies by message attributes", () => {
  it("compares strings exactly, and any element of a list", () => {
    checkAttributes(
      ["rugby", "tennis"],
      [text("rugby"), text("tennis"), list("golf", "tennis")],
      [text("Rugby"), text("golf"), list("golf"), list(), { DataType: "Binary", BinaryValue: "cnVnYnk=" }],
    );
    checkAttributes([null, true], [list(null), list(true)], [text("true"), text("null"), list("true")]);
  });

  it("compares numbers by value, and never a number with a string", () => {
    checkAttributes([301.5], [number("301.5"), number("3.015e2"), number("301.500")], [text("301.5"), number("301")]);
    checkAttributes(["100"], [text("100"), list("100")], [number("100"), list(100)]);
    checkAttributes([{ numeric: ["=", 0.5] }], [number("0.50"), number("5e-1")], [number("0.6"), text("0.5")]);
    checkAttributes(
      [{ numeric: [">", 0, "<=", 5] }],
      [number("5"), number("0.1"), list(9, 3)],
      [number("0"), number("5.1")],
    );
    checkAttributes([{ numeric: ["<", 10] }], [number("-3")], [number("10")]);
    checkAttributes([{ numeric: [">=", 10] }], [number("10")], [number("9.99999")]);
  });

  it("supports prefix, suffix, wildcard and equals-ignore-case", () => {
    checkAttributes(
      [{ prefix: "bas" }],
      [text("baseball"), list("golf", "basketball")],
      [text("Baseball"), number("1")],
    );
    checkAttributes([{ suffix: "ball" }], [text("baseball")], [text("balls")]);
    checkAttributes([{ "equals-ignore-case": "Tennis" }], [text("TENNIS")], [text("tennis!")]);
    checkAttributes(
      [{ wildcard: "*/src/*.js" }],
      [text("a/src/b.js"), text("/src/.js")],
      [text("a/src/b.jsx"), text("src/b.js")],
    );
    checkAttributes([{ wildcard: "a\\*b*" }], [text("a*bc")], [text("axbc")]);
    checkAttributes(["golf", { prefix: "ten" }], [text("golf"), text("tennis")], [text("rugby")]);
  });

  it("supports anything-but: a list matches where one element is not excluded", () => {
    checkAttributes(
      [{ "anything-but": ["rugby", "tennis"] }],
      [text("golf"), list("rugby", "golf"), number("1")],
      [text("rugby"), list("rugby", "tennis")],
    );
    checkAttributes([{ "anything-but": "rugby" }], [text("golf")], [text("rugby")]);
    checkAttributes([{ "anything-but": [100, 5e2] }], [number("101"), text("100")], [number("1e2"), number("500.0")]);
    checkAttributes([{ "anything-but": { prefix: "order-" } }], [text("order_1")], [text("order-1")]);
    checkAttributes([{ "anything-but": { wildcard: "test-*" } }], [text("prod")], [text("test-1")]);
    assert.equal(byAttributes({ key: [{ "anything-but": "x" }] })({ other: text("y") }), false);
    assert.equal(byAttributes({ key: [{ "anything-but": "x" }, { exists: false }] })({ other: text("y") }), true);
  });

  it("supports the addresses of a CIDR block, of IPv4 and IPv6", () => {
    checkAttributes(
      [{ cidr: "10.0.0.0/24" }],
      [text("10.0.0.0"), text("10.0.0.255")],
      [text("10.1.1.0"), text("no address")],
    );
    checkAttributes([{ cidr: "2001:db8::/32" }], [text("2001:db8::1")], [text("2001:db9::1"), text("10.0.0.1")]);
  });

  it("checks whether an attribute exists; a message without attributes matches nothing", () => {
    const missing = byAttributes({ store: [{ exists: false }] });
    const there = byAttributes({ store: [{ exists: true }] });
    assert.deepEqual(
      [missing({ def: text("1") }), missing({ def: text("1"), store: text("2") }), missing({})],
      [true, false, false],
    );
    assert.deepEqual(
      [there({ def: text("1") }), there({ store: number("2") }), there({ store: list() })],
      [false, true, false],
    );
  });

  it("requires every key and one alternative of $or, and takes no inherited property for a key", () => {
    const passes = byAttributes({ source: ["aws"], $or: [{ name: ["cpu"] }, { type: ["alarm"], id: [1, 2] }] });
    assert.equal(passes({ source: text("aws"), name: text("cpu") }), true);
    assert.equal(passes({ source: text("aws"), type: text("alarm"), id: number("2") }), true);
    assert.equal(passes({ source: text("aws"), type: text("alarm") }), false);
    assert.equal(passes({ name: text("cpu") }), false);
    assert.equal(byAttributes({ constructor: [{ exists: true }] })({ other: text("x") }), false);
    assert.equal(byAttributes({ "a.b": ["x"] })({ "a.b": text("x") }), true);
  });
});

describe("filter policies by message body", () => {
  it("matches nested keys, in JSON objects only", () => {
    const passes = byBody({
      object: { key: [{ prefix: "auto-" }, "hardcodedvalue"], nested_key: [{ exists: false }] },
      test: [{ exists: false }],
    });
    assert.equal(passes({ object: { key: "auto-test" } }), true);
    assert.equal(passes({ object: { key: "hardcodedvalue" } }), true);
    for (const other of [
      { object: { key: "test-auto" } },
      { object: { key: "auto-test" }, test: "just-exists" },
      { object: { key: "auto-test", nested_key: "just-exists" } },
      { object: { test: "auto-test" } },
      { test: "auto-test" },
      "Regular string message",
      '"a JSON string"',
      '[{"object":{"key":"auto-test"}}]',
      {},
    ]) {
      assert.equal(passes(other), false, JSON.stringify(other));
    }
    assert.equal(byBody({ a: [{ exists: false }] })({}), false);
    assert.equal(byBody({ a: [{ exists: true }] })({ a: null }), false);
  });

  it("matches any value of a list, and an object in a list that satisfies every rule", () => {
    assert.equal(byBody({ headers: { to: ["one"] } })({ headers: { to: ["two", "one"] } }), true);
    assert.equal(byBody({ headers: { to: ["one"] } })({ headers: { to: ["three"] } }), false);
    const passes = byBody({
      Records: { s3: { object: { key: [{ prefix: "auto-" }] } }, eventName: [{ prefix: "ObjectCreated:" }] },
    });
    const record = (eventName: string, object: unknown) => ({ eventName, s3: { object } });
    const [auto, home] = [{ key: "auto-1" }, { key: "home-1" }];
    assert.equal(
      passes({ Records: [record("ObjectRemoved:Delete", home), record("ObjectCreated:Put", [[auto]])] }),
      true,
    );
    assert.equal(passes({ Records: [record("ObjectRemoved:Delete", auto), record("ObjectCreated:Put", home)] }), false);
  });

  it("treats a dotted name as a path, in policies and in messages", () => {
    const passes = byBody({ "object.nested.test": ["x"] });
    for (const body of [
      { object: { nested: { test: "x" } } },
      { "object.nested.test": "x" },
      { "object.nested": { test: "x" } },
      { object: { "nested.test": "x" } },
      { object: { nested: { other: 1 } }, "object.nested.test": "x" },
    ]) {
      assert.equal(passes(body), true, JSON.stringify(body));
    }
    assert.equal(passes({ object: { nested: { test: "y" } } }), false);
    assert.equal(byBody({ a: { b: ["x"] } })({ "a.b": "x" }), true);
  });

  it("supports $or at every level", () => {
    const passes = byBody({
      $or: [{ metricName: ["CPUUtilization", "ReadLatency"] }, { namespace: ["AWS/EC2"] }],
      detail: { scope: ["Service"], $or: [{ source: ["aws.cloudwatch"] }, { type: ["Change"] }] },
    });
    assert.equal(passes({ namespace: "AWS/EC2", detail: { scope: "Service", type: "Change" } }), true);
    assert.equal(passes({ metricName: "ReadLatency", detail: { scope: "Service", source: "aws.cloudwatch" } }), true);
    assert.equal(passes({ metricName: "CPUUtilization", detail: { scope: "Service" } }), false);
    assert.equal(passes({ metricName: "CPUUtilization", detail: { type: "Change" } }), false);
    assert.equal(passes({ detail: { scope: "Service", type: "Change" } }), false);
  });
});

describe("filter policies that SNS refuses", () => {
  const refuses = (policy: unknown, reason: string, scope: FilterScope = "MessageBody") =>
    assert.throws(() => compile(policy, scope), { reason });

  it("reports an invalid rule in SNS's words", () => {
    for (const [rule, message] of [
      [["value"], "Match value must be String, number, true, false, or null"],
      [{ "wrong-operator": true }, "Unrecognized match type wrong-operator"],
      [{ suffix: "a", prefix: "b" }, "Only one key allowed in match expression"],
      [{ suffix: 100 }, "suffix match pattern must be a string"],
      [{ prefix: null }, "prefix match pattern must be a string"],
      [{ suffix: ["a"] }, "suffix match pattern must be a string"],
      [{ "equals-ignore-case": 1 }, "equals-ignore-case match pattern must be a string"],
      [{ exists: "no" }, "exists match pattern must be either true or false."],
      [{ numeric: [] }, "Invalid member in numeric match: ]"],
      [{ numeric: ["operator"] }, "Unrecognized numeric range operator: operator"],
      [{ numeric: [1, "<="] }, "Invalid member in numeric match: 1"],
      [{ numeric: ["=", "000"] }, "Value of equals must be numeric"],
      [{ numeric: [">="] }, "Value of >= must be numeric"],
      [{ numeric: ["<", 100, ">", 10] }, "Too many elements in numeric expression"],
      [{ numeric: [">=", 1, ">", 2] }, "Bad numeric range operator: >"],
      [{ numeric: [">", 3, "<", 1] }, "Bottom must be less than top"],
      [{ numeric: [">", 20, "<="] }, "Value of <= must be numeric"],
      [{ numeric: [">", 20, 30] }, "Bad value in numeric range: 30"],
      [{ numeric: [">", 20, "test"] }, "Bad numeric range operator: test"],
      [{ numeric: [">", "20", "<", "30"] }, "Value of > must be numeric"],
      [{ numeric: [">", 20, "<", "30"] }, "Value of < must be numeric"],
      [{ numeric: [">", 20, "<", 30, "<", 50] }, "Too many terms in numeric range expression"],
      [{ numeric: [">", 2e9] }, "Value must be between -1.0E9 and 1.0E9, inclusive"],
      [{ "anything-but": { "wrong-operator": null } }, "Unsupported anything-but pattern: wrong-operator"],
      [{ "anything-but": { suffix: "test" } }, "Unsupported anything-but pattern: suffix"],
      [{ "anything-but": { prefix: false } }, "prefix match pattern must be a string"],
      [{ "anything-but": true }, "Value of anything-but must be an array or single string/number value."],
      [{ cidr: "10.0.0/24" }, "Malformed CIDR: 10.0.0/24"],
      [{ wildcard: "a**b" }, "Consecutive wildcard characters are not allowed"],
    ] as const) {
      refuses({ key: [rule] }, message);
    }
    refuses({ key: { suffix: "value" } }, '"suffix" must be an object or an array');
    refuses({ key: "value" }, '"key" must be an object or an array');
    refuses({ key: [] }, "Empty arrays are not allowed");
    refuses("[]", "Filter is not an object");
    assert.throws(() => compile("{invalid", "MessageBody"), /^InvalidPattern: failed to parse JSON\./);
  });

  it("limits keys, combinations and wildcards", () => {
    const values = (count: number) => Array.from({ length: count }, (_, index) => `value${index}`);
    const tooComplex = "Filter policy is too complex";
    refuses({ key: values(151) }, tooComplex);
    assert.ok(compile({ key: values(150) }, "MessageBody"));
    refuses({ one: values(100), two: values(51) }, tooComplex);
    // A level counts as often as it is deep: (4 x 3) x (3 x 2) x 3 = 216.
    refuses({ a: { b: { c: values(4) } }, d: { e: values(3) }, f: values(3) }, tooComplex);
    refuses(Object.fromEntries(values(6).map((key) => [key, ["x"]])), "Filter policy can not have more than 5 keys");
    // 4 x (6 + 4 x (4 + 4)) = 152, and 3 x (6 + 4 x (4 + 7)) = 150.
    const policy = (source: number, name: number, id: number, space: number) => ({
      source: values(source),
      $or: [
        { metricName: values(name) },
        { metricType: values(4), $or: [{ metricId: values(id) }, { spaceId: values(space) }] },
      ],
    });
    refuses(policy(4, 6, 4, 4), tooComplex, "MessageAttributes");
    assert.ok(compile(policy(3, 6, 4, 7), "MessageAttributes"));
    refuses({ key: [{ wildcard: "a*b*c*d*e" }] }, tooComplex);
    // Five wildcards of six points each count five times: 150.
    refuses({ key: values(5).map((value) => ({ wildcard: `*${value}*` })) }, tooComplex);
    assert.ok(compile({ key: values(4).map((value) => ({ wildcard: `*${value}*` })) }, "MessageBody"));
  });

  it("reports the position", () => {
    assert.throws(() => compile({ a: { b: [{ like: "x" }] } }, "MessageBody"), {
      message: "a.b: Unrecognized match type like",
    });
  });

  it("refuses nested keys for attributes", () => {
    const reason = "Filter policy scope MessageAttributes does not support nested filter policy";
    refuses({ object: { key: ["x"] } }, reason, "MessageAttributes");
  });
});
