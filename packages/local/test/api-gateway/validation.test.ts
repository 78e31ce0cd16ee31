import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { compileModel } from "../../api-gateway/validation";

interface Recorded {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly instance: unknown;
  readonly text: string;
}

describe("API Gateway's check of a body", () => {
  // What java-json-tools' json-schema-validator 2.2.14, which API Gateway uses, says of each.
  const file = path.join(__dirname, "model-errors.json");
  const recorded = JSON.parse(readFileSync(file, "utf8")) as readonly Recorded[];
  for (const { schema, instance, text } of recorded) {
    it(`reports for ${JSON.stringify(instance).slice(0, 60)}: ${text.slice(0, 80)}`, () => {
      assert.equal(compileModel(schema)(instance) ?? "[]", text);
    });
  }
});
