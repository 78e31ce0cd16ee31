// What arrives in the function of what an inline callback captures.
import { strict as assert } from "node:assert";
import { serializeInline } from "../../bundle/inline";

export async function travelled<T>(use: () => T): Promise<() => T> {
  const text = await serializeInline(use as never, undefined as never);
  const exported: { callback?: () => T } = {};
  new Function("exports", "require", text)(exported, require);
  return exported.callback ?? assert.fail();
}
