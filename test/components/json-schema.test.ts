import { strict as assert } from "node:assert";
import * as v from "valibot";
import { modelOf } from "../../components/json-schema";
import { OrderRequest } from "../../functions/events";

describe("the model of an event", () => {
  it("of an order is its draft 4 schema", () => {
    assert.deepEqual(modelOf(OrderRequest), {
      $schema: "http://json-schema.org/draft-04/schema#",
      type: "object",
      properties: {
        orderId: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
        customerId: { type: "string", minLength: 1, maxLength: 64 },
        items: {
          type: "array",
          minItems: 1,
          maxItems: 50,
          items: {
            type: "object",
            properties: {
              sku: { type: "string", minLength: 1, maxLength: 64 },
              quantity: { type: "integer", minimum: 1, maximum: 1000 },
            },
            required: ["sku", "quantity"],
            additionalProperties: false,
          },
        },
      },
      required: ["orderId", "customerId", "items"],
      additionalProperties: false,
    });
  });

  it("says in draft 4 what later drafts say otherwise", () => {
    const { $schema, ...model } = modelOf(
      v.object({
        kind: v.literal("a"),
        above: v.pipe(v.number(), v.gtValue(0)),
        least: v.pipe(v.number(), v.minValue(3), v.gtValue(1)),
        maybe: v.optional(v.string(), "x"),
      }),
    );
    assert.equal($schema, "http://json-schema.org/draft-04/schema#");
    assert.deepEqual(model, {
      type: "object",
      properties: {
        kind: { enum: ["a"] },
        above: { type: "number", minimum: 0, exclusiveMinimum: true },
        least: { type: "number", minimum: 3 },
        maybe: { type: "string" },
      },
      required: ["kind", "above", "least"],
    });
    assert.equal(
      "required" in modelOf(v.object({ maybe: v.optional(v.string()) })),
      false,
      "draft 4 has no empty list",
    );
  });

  it("takes what a producer sends, not what the schema makes of it, and is never tighter than the schema", () => {
    const model = modelOf(
      v.object({
        n: v.pipe(v.string(), v.transform(Number), v.number()),
        even: v.pipe(
          v.number(),
          v.check((n) => n % 2 === 0),
        ),
        at: v.pipe(v.string(), v.isoTimestamp()),
        letters: v.pipe(v.string(), v.regex(/^\p{L}+$/u)),
      }),
    );
    assert.deepEqual(model.properties, {
      n: { type: "string" },
      even: { type: "number" },
      at: { type: "string" },
      letters: { type: "string" },
    });
  });

  it("uses the converter of a schema that has one, and refuses what cannot be said", () => {
    const withConverter = (schema: object) =>
      ({
        "~standard": {
          version: 1,
          vendor: "other",
          validate: () => ({ value: 1 }),
          jsonSchema: { input: () => schema },
        },
      }) as never;
    assert.deepEqual(modelOf(withConverter({ $ref: "#/$defs/A", $defs: { A: { const: 1 } } })), {
      $schema: "http://json-schema.org/draft-04/schema#",
      $ref: "#/definitions/A",
      definitions: { A: { enum: [1] } },
    });
    assert.throws(
      () => modelOf(withConverter({ properties: { a: { if: {} } } })),
      /has "if" at #\/properties\/a, which draft 4, and so API Gateway, does not have/,
    );
    const without = { "~standard": { version: 1, vendor: "arktype", validate: () => ({ value: 1 }) } } as never;
    assert.throws(() => modelOf(without), /No JSON Schema can be derived from a schema of arktype/);
  });
});
