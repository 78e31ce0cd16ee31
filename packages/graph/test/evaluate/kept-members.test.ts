// Which members that a JSON Schema does not list an event may have: those that the schema itself hands over.
import { strict as assert } from "node:assert";
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { checkEvents } from "../../evaluate/consumers";

const repository = path.resolve(__dirname, "..", "..", "..", "..");

const callbacks = `import { callback } from "spillway/callback";
import * as v from "valibot";

/** The JSON Schema of ArkType: the same whether the schema keeps other members, as by default, or deletes them. */
const arkLike = (validate: (value: object) => object) => {
  const item = { type: "object", properties: { sku: { type: "string" } }, required: ["sku"] };
  const input = () => ({ type: "object", properties: { id: { type: "string" }, items: { type: "array", items: item } } });
  const standard = { validate: (value: object) => ({ value: validate(value) }), jsonSchema: { input } };
  return { "~standard": { version: 1, vendor: "other", ...standard } } as never;
};
export const keeping = callback(arkLike((value) => structuredClone(value)), () => () => {});
export const deleting = callback(arkLike(({ id }: { id?: string }) => ({ id, items: [] })), () => () => {});
export const stripping = callback(v.object({ id: v.string(), items: v.array(v.object({ sku: v.string() })) }), () => () => {});
export const loose = callback(v.looseObject({ id: v.string() }), () => () => {});
`;

const program = `import { QueueConsumer } from "spillway";
import * as callbacks from "./callbacks";

for (const name of ["keeping", "deleting", "stripping", "loose"] as const) {
  new QueueConsumer(name, { callback: callbacks[name] });
}
`;

describe("a place in an event that the JSON Schema does not list", () => {
  let folder: string;
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), "spillway-kept-")));
    const save = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
    save("Pulumi.yaml", "name: asked\nruntime: nodejs\n");
    save("Pulumi.dev.yaml", "config:\n  aws:region: eu-west-1\n");
    save("package.json", "{}");
    // With what the repository compiles by, which keeps the results.
    save("tsconfig.json", JSON.stringify({ extends: path.join(repository, "tsconfig.json") }));
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
    save("callbacks.ts", callbacks);
    save("index.ts", program);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is refused, unless the callback gets what is there", async () => {
    const event = { id: "o-1", items: [{ sku: "book", quantity: 2 }], note: { by: "ada" } };
    const paths = [["note", "by"], ["items", 0, "quantity"], ["items", 0, "sku"], ["nothing"]];
    const consumers = ["keeping", "deleting", "stripping", "loose"];
    const answers = await checkEvents({
      ...{ program: path.join(folder, "index.ts"), stack: "dev" },
      events: consumers.map((consumer) => ({ consumer, event, paths })),
    });
    assert.deepEqual(
      answers.map(({ issues }) => issues.map((issue) => issue.replace(/: .*/, ""))),
      [["nothing"], ["note", "items.0.quantity", "nothing"], ["note", "items.0.quantity", "nothing"], []],
    );
  });
});
