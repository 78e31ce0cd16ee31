import { strict as assert } from "node:assert";
import * as v from "valibot";
import { z } from "zod";
import { OrderRequest } from "../../../functions/contracts/order-request";
import { compileModel } from "../../../test/support/internals";
import { modelOf } from "../../http-ingress/json-schema";

/** A schema of a library with a converter of its own. */
const withConverter = (schema: object) =>
  ({
    "~standard": {
      version: 1,
      vendor: "other",
      validate: () => ({ value: 1 }),
      jsonSchema: { input: () => schema },
    },
  }) as never;

describe("the model of an event", () => {
  it("of an order is its schema in terms of draft 4", () => {
    assert.deepEqual(modelOf(OrderRequest), {
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
              quantity: { type: "number", multipleOf: 1, minimum: 1, maximum: 1000 },
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

  it("expresses in draft 4 what later drafts express differently", () => {
    const model = modelOf(
      v.object({
        kind: v.literal("a"),
        above: v.pipe(v.number(), v.gtValue(0)),
        least: v.pipe(v.number(), v.minValue(3), v.gtValue(1)),
        maybe: v.optional(v.string(), "x"),
      }),
    );
    assert.deepEqual(model, {
      type: "object",
      properties: {
        kind: { type: "string", enum: ["a"] },
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

  it("is never stricter than the schema: it accepts everything that the schema accepts", () => {
    const text = (...actions: readonly v.PipeItem<string, string, v.BaseIssue<unknown>>[]) =>
      v.object({ it: v.pipe(v.string(), ...actions) });
    const cases: readonly (readonly [what: string, schema: v.GenericSchema, sent: string])[] = [
      ["a pattern that ignores case", text(v.regex(/^[a-z]+$/i)), '{"it":"ABC"}'],
      ["a pattern of Unicode letters", text(v.regex(/^\p{L}+$/u)), '{"it":"é"}'],
      ["a dot that is one character of two code units", text(v.regex(/^.$/u)), '{"it":"😀"}'],
      ["a dot that is a line's end", text(v.regex(/^a.b$/s)), '{"it":"a\\nb"}'],
      ["a pattern by lines", text(v.regex(/^b$/m)), '{"it":"a\\nb"}'],
      ["a length after trimming", text(v.trim(), v.maxLength(3)), '{"it":"  abc  "}'],
      ["a pattern after lower case", text(v.toLowerCase(), v.regex(/^[a-z]+$/)), '{"it":"ABC"}'],
      ["a rule around a pipe that changes", v.pipe(v.pipe(v.string(), v.trim()), v.maxLength(1)), '" a "'],
      ["a range after a transformation", text(v.transform(Number) as never, v.maxValue(10) as never), '{"it":"5"}'],
      ["two code units that are one code point", text(v.minLength(2)), '{"it":"😀"}'],
      ["a whole number with a point", v.object({ it: v.pipe(v.number(), v.integer()) }), '{"it":1.0}'],
      ["a fallback for what does not fit", v.object({ it: v.fallback(v.number(), 1) }), '{"it":"bad"}'],
      ["a fallback for what is not there", v.object({ it: v.fallback(v.number(), 1) }), "{}"],
      ["null beside a type", v.object({ it: v.nullish(v.number()) }), '{"it":null}'],
      ["a default", v.object({ it: v.optional(v.number(), 5) }), "{}"],
      ["a tuple whose last member is missing", v.tuple([v.string(), v.optional(v.number())]), '["a"]'],
      ["a tuple with more members", v.tuple([v.string()]), '["a",1]'],
      ["two variants that fit", v.union([v.object({ a: v.string() }), v.object({ b: v.string() })]), '{"a":"","b":""}'],
      ["more properties than are kept", v.pipe(v.object({ a: v.string() }), v.maxEntries(1)), '{"a":"","b":""}'],
      ["properties that a default adds", v.pipe(v.object({ a: v.optional(v.string(), "") }), v.minEntries(1)), "{}"],
      ["a schema of itself", v.object({ it: v.lazy(() => v.object({ deep: v.number() })) }), '{"it":{"deep":1}}'],
      ["a value that is not another", v.object({ it: v.pipe(v.string(), v.notValue("b")) }), '{"it":"a"}'],
    ];
    for (const [what, schema, sent] of cases) {
      const event: unknown = JSON.parse(sent);
      assert.ok(v.safeParse(schema, event).success, `the schema takes ${what}`);
      assert.equal(compileModel(modelOf(schema))(event), undefined, what);
    }
  });

  it("has no pattern with flags or names in its groups, which API Gateway does not know", () => {
    for (const pattern of ["^(?i:a)$", "^(?-i:a)$", "^(?<name>a)$", "(?<=a)b"]) {
      assert.deepEqual(modelOf(v.pipe(v.string(), v.regex(new RegExp(pattern)))), { type: "string" }, pattern);
    }
    assert.equal(modelOf(v.pipe(v.string(), v.regex(/^(?:a|b)(?=c)$/))).pattern, "^(?:a|b)(?=c)$");
  });

  it("is never stricter than a schema of zod: coercion, fallbacks and changes come before the checks", () => {
    const it = (schema: z.ZodType) => z.object({ it: schema });
    const fallback = z.number().catch(1);
    const cases: readonly (readonly [what: string, schema: z.ZodType, sent: string])[] = [
      ["a number as a text", it(z.coerce.number().max(10)), '{"it":"5"}'],
      ["a number as a boolean", it(z.coerce.boolean()), '{"it":5}'],
      ["a date as a text", it(z.coerce.date()), '{"it":"2020-01-01"}'],
      ["no date", it(z.date().optional()), "{}"],
      ["another choice than a date", it(z.union([z.string(), z.date()])), '{"it":"2020-01-01"}'],
      ["a fallback for what is no date", it(z.date().catch(new Date(0))), '{"it":"2020-01-01"}'],
      ["a fallback for what does not fit", it(fallback), '{"it":"bad"}'],
      ["a fallback for what is not there", it(fallback), "{}"],
      ["a fallback inside other schemas", it(z.lazy(() => fallback.readonly().nullable())), "{}"],
      ["a fallback as a choice", it(z.union([z.string(), fallback])), "{}"],
      ["a fallback for each of several names", z.record(z.enum(["a", "b"]), fallback), "{}"],
      ["a fallback at the end of a tuple", z.tuple([z.string(), fallback]), '["a"]'],
      ["a fallback for the whole", z.object({ a: z.number() }).catch({ a: 1 }), '{"a":"bad"}'],
      ["what a function makes a number", it(z.preprocess(Number, z.number().max(10))), '{"it":"5"}'],
      ["what a function makes of nothing", it(z.preprocess((given) => given ?? 1, z.number())), "{}"],
      ["a number that is changed first", it(z.number().overwrite(Math.round).int().multipleOf(2).min(2)), '{"it":1.6}'],
      [
        "a list that grows first",
        it(
          z
            .array(z.number())
            .overwrite((given) => [...given, 1])
            .min(1),
        ),
        '{"it":[]}',
      ],
      ["a length after trimming", it(z.string().trim().max(3)), '{"it":"  abc  "}'],
    ];
    for (const [what, schema, sent] of cases) {
      const event: unknown = JSON.parse(sent);
      assert.ok(schema.safeParse(event).success, `the schema takes ${what}`);
      assert.equal(compileModel(modelOf(schema))(event), undefined, what);
    }
    for (const [schema, sent] of [
      [it(z.number().max(10)), { it: 11 }],
      [it(z.number().catch(1).or(z.number())).extend({ needed: z.string() }), { it: 1 }],
      [it(z.array(z.coerce.number())), { it: "5" }],
      [it(z.int().min(1)), { it: 1.5 }],
      [it(z.date()), { it: "2020-01-01" }],
      [it(z.union([z.number(), z.date()])), { it: "2020-01-01" }],
    ] as const) {
      assert.ok(!schema.safeParse(sent).success);
      assert.ok(compileModel(modelOf(schema))(sent), JSON.stringify(sent));
    }
  });

  it("still refuses what draft 4 can express", () => {
    interface Tree {
      readonly leaf?: number | undefined;
      readonly branches?: readonly Tree[] | undefined;
    }
    const tree: v.GenericSchema<Tree> = v.object({
      leaf: v.optional(v.number()),
      branches: v.optional(v.array(v.lazy(() => tree))),
    });
    const cases: readonly (readonly [schema: v.GenericSchema, sent: unknown])[] = [
      [v.pipe(v.number(), v.integer()), 1.5],
      [v.pipe(v.string(), v.digits()), "x"],
      [v.pipe(v.string(), v.minLength(3)), "a"],
      [v.pipe(v.string(), v.trim(), v.maxLength(3)), 5],
      [v.pipe(v.string(), v.notValue("b")), "b"],
      [v.strictObject({}), { more: 1 }],
      [v.record(v.string(), v.number()), { a: "x" }],
      [v.variant("type", [v.object({ type: v.literal("a"), n: v.number() })]), { type: "a", n: "x" }],
      [v.array(v.number()), ["x"]],
      [tree, { branches: [{ leaf: "x" }] }],
    ];
    for (const [schema, sent] of cases) {
      assert.ok(!v.safeParse(schema, sent).success);
      assert.ok(compileModel(modelOf(schema))(sent), JSON.stringify(sent));
    }
  });

  it("tells which objects expressly take other members only where it is asked to", () => {
    const loose = v.looseObject({ a: v.string() });
    const model = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    assert.deepEqual(modelOf(loose), model);
    assert.deepEqual(modelOf(loose, { tellsOthers: true }), { ...model, additionalProperties: true });
    assert.deepEqual(modelOf(v.object({ a: v.string() }), { tellsOthers: true }), model);
    const patterns = { type: "object", properties: {}, patternProperties: { "^x-": {} }, additionalProperties: false };
    assert.deepEqual(modelOf(withConverter(patterns)), { type: "object", properties: {} });
    assert.equal(modelOf(withConverter(patterns), { tellsOthers: true }).additionalProperties, true);
  });

  it("uses the converter of a schema that has one, and leaves out what draft 4 or OpenAPI 3.0 cannot express", () => {
    assert.deepEqual(modelOf(withConverter({ $ref: "#/$defs/A", $defs: { A: { const: 1 } } })), {
      type: "number",
      enum: [1],
    });
    assert.deepEqual(
      modelOf(
        withConverter({
          type: "object",
          $defs: { Node: { type: "object", properties: { next: { $ref: "#/$defs/Node" } } } },
          properties: {
            conditional: { if: {}, type: "string" },
            // Whether it is trimmed first, or has flags, nobody can tell.
            trimmed: { type: "string", maxLength: 3, pattern: "^a$" },
            several: { type: ["string", "null"] },
            exceptText: { not: { type: "string", minLength: 3 } },
            byPattern: { type: "object", patternProperties: { "^x": {} }, additionalProperties: false },
            node: { $ref: "#/$defs/Node" },
          },
        }),
      ),
      {
        type: "object",
        properties: {
          conditional: { type: "string" },
          trimmed: { type: "string" },
          several: {},
          exceptText: {},
          byPattern: { type: "object" },
          node: { type: "object", properties: { next: {} } },
        },
      },
    );
    const without = { "~standard": { version: 1, vendor: "arktype", validate: () => ({ value: 1 }) } } as never;
    assert.throws(() => modelOf(without), /No JSON Schema can be derived from a schema of arktype/);
  });
});
