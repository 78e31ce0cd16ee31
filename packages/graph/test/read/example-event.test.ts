import { strict as assert } from "node:assert";
import * as v from "valibot";
import { OrderRequest } from "../../../../functions/contracts/order-request";
import { modelOf } from "../../../../test/support/internals";
import { exampleEvent } from "../../read/example-event";

type Schema = Parameters<typeof modelOf>[0] & v.GenericSchema;

describe("the first call that the local run suggests", () => {
  const formats = {
    timestamp: v.pipe(v.string(), v.isoTimestamp()),
    date: v.pipe(v.string(), v.isoDate()),
    time: v.pipe(v.string(), v.isoTime()),
    email: v.pipe(v.string(), v.email()),
    url: v.pipe(v.string(), v.url()),
    uuid: v.pipe(v.string(), v.uuid()),
    ipv4: v.pipe(v.string(), v.ipv4()),
    ipv6: v.pipe(v.string(), v.ipv6()),
  };
  const schemas: Readonly<Record<string, Schema>> = {
    "an order": OrderRequest,
    ...Object.fromEntries(
      Object.entries(formats).map(([name, schema]) => [`the format of a ${name}`, v.object({ it: schema })]),
    ),
    "a text's length": v.object({ it: v.pipe(v.string(), v.minLength(7), v.maxLength(8)) }),
    "a pattern": v.object({ it: v.pipe(v.string(), v.regex(/^[A-Z]{2}$/)) }),
    "bounds of a number": v.object({ it: v.pipe(v.number(), v.minValue(-5), v.maxValue(-2)) }),
    "a multiple": v.object({ it: v.pipe(v.number(), v.multipleOf(25), v.gtValue(25)) }),
    "what lies between whole numbers": v.object({ it: v.pipe(v.number(), v.gtValue(0), v.ltValue(1)) }),
  };
  for (const [what, schema] of Object.entries(schemas)) {
    it(`is accepted by a schema with ${what}`, () => {
      const example = exampleEvent(modelOf(schema));
      assert.notEqual(example, undefined);
      assert.deepEqual(v.safeParse(schema, example).issues, undefined, JSON.stringify(example));
    });
  }

  it("is left out where no fitting string is known", () => {
    assert.equal(exampleEvent({ type: "string", pattern: "^[0-9]{20}$" }), undefined);
  });
});
