import { strict as assert } from "node:assert";
import { nearest } from "../../read/nearest";
import { unknownPath } from "../../read/unknown-path";

const item = { type: "object", properties: { sku: { type: "string" }, quantity: { type: "number" } } };
const order = { type: "object", properties: { orderId: { type: "string" }, items: { type: "array", items: item } } };

describe("a path that a JSON Schema does not have", () => {
  it("is told with the name that may have been meant, and with those there are", () => {
    assert.equal(
      unknownPath(order, ["items", 0, "qty"]),
      'items.0.qty: The schema has no "qty" there. Did you mean "quantity"? It has: sku, quantity.',
    );
    assert.equal(unknownPath(order, ["zip"]), 'zip: The schema has no "zip" there. It has: orderId, items.');
    assert.match(unknownPath(order, ["__proto__"]) ?? "", /has no "__proto__"/);
    assert.equal(unknownPath(order, ["items", 3, "sku"]), undefined);
  });

  it("is none where other members are allowed, or nothing is known of them", () => {
    for (const model of [
      {},
      { type: "object" },
      { type: "object", additionalProperties: { type: "string" } },
      { ...item, additionalProperties: true },
      { type: "object", properties: { qty: {} } },
      { anyOf: [order, { type: "object" }] },
      { type: "string" },
    ]) {
      assert.equal(unknownPath(model, ["qty"]), undefined, JSON.stringify(model));
    }
    assert.equal(unknownPath({ type: "object", properties: { data: {} } }, ["data", "any", 0, "thing"]), undefined);
  });

  it("is in none of the schemas of a choice, or of those that are joined", () => {
    for (const keyword of ["anyOf", "allOf"]) {
      const model = { [keyword]: [order, { type: "object", properties: { code: { type: "string" } } }] };
      assert.equal(unknownPath(model, ["code"]), undefined);
      assert.match(unknownPath(model, ["cod"]) ?? "", /Did you mean "code"\? It has: orderId, items, code\./);
    }
  });
});

describe("the name that may have been meant", () => {
  const names = ["orderId", "quantity", "items"];
  it("is a similar one, or one of which the word is short", () => {
    assert.deepEqual(
      ["orderid", "item", "qty", "zip", "q"].map((name) => nearest(name, names)),
      ["orderId", "items", "quantity", undefined, undefined],
    );
    assert.equal(nearest("a", []), undefined);
  });
});
