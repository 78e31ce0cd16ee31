// What a change of a contract redeploys: the functions that read it, and no others.
import { strict as assert } from "node:assert";
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { buildEntries } from "spillway/bundle/build";
import { installInto } from "../support/installed";

const root = path.resolve(__dirname, "..", "..");
/** The functions that read each contract. */
const readers: Readonly<Record<string, readonly string[]>> = {
  activity: ["aggregate-activity"],
  order: ["publish-order-event"],
  "order-abandoned": ["append-audit"],
  "order-event": ["append-audit"],
  "order-fields": ["append-audit", "notify-customer", "place-order", "publish-order-event", "reserve-stock"],
  "order-placed": ["append-audit", "notify-customer", "reserve-stock"],
  "order-request": ["place-order"],
  "short-text": [
    "aggregate-activity",
    "append-audit",
    "notify-customer",
    "place-order",
    "publish-order-event",
    "reserve-stock",
  ],
  sweep: ["sweep-abandoned-orders"],
};

describe("a contract", () => {
  let folder: string;
  const functions = readdirSync(path.join(root, "functions"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.basename(name, ".ts"));

  /** The bundle of each function's module. */
  async function bundles(): Promise<ReadonlyMap<string, string>> {
    const entries = functions.map((name) => ({ text: `export * from "./functions/${name}";\n` }));
    const built = await buildEntries(entries, folder);
    return new Map(functions.map((name, index) => [name, built[index]?.code ?? assert.fail(name)]));
  }

  let unchanged: ReadonlyMap<string, string>;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-contracts-"));
    for (const name of ["components", "functions", "package.json", "tsconfig.json"]) {
      cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
    }
    installInto(folder);
    unchanged = await bundles();
  });
  after(() => rmSync(folder, { recursive: true }));

  it("has a reader", () => {
    const contracts = readdirSync(path.join(folder, "functions", "contracts")).map((name) =>
      path.basename(name, ".ts"),
    );
    assert.deepEqual(contracts.sort(), Object.keys(readers).sort());
  });

  for (const [contract, expected] of Object.entries(readers)) {
    it(`${contract}, when it changes, changes the bundles of ${expected.join(", ")} and no others`, async () => {
      const file = path.join("functions", "contracts", `${contract}.ts`);
      appendFileSync(path.join(folder, file), 'console.log("changed");\n');
      const changed = await bundles();
      cpSync(path.join(root, file), path.join(folder, file));
      assert.deepEqual(
        functions.filter((name) => changed.get(name) !== unchanged.get(name)),
        expected,
      );
    });
  }
});
