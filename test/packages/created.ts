// A program that somebody has made by `npm create spillway`, as it is: installed, tested and run.
import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { exec, type ForeignProgram, save, whileStarted } from "../support/foreign-program";
import { type Packed, run } from "../support/packed";
import { until } from "../support/until";

/** What somebody types, but for where the packages come from. */
const name = "my-app";

/** `install` is called before the tests. */
export function testCreated(packed: () => Packed, install: (work: () => Promise<unknown>) => void): void {
  const folder = () => path.join(packed().folder, "created", name);
  const program = (): ForeignProgram => ({ folder: folder(), runner: ["npx", "--no-install"] });

  install(async () => {
    const parent = path.dirname(folder());
    save(parent, {});
    const from = `--package=file:${packed().files.get("create-spillway")}`;
    const args = ["exec", "--yes", "--prefer-offline", from, "--", "create-spillway", name, "--no-install"];
    assert.match(await run("npm", args, parent), /^Created the project my-app in my-app: \d+ files/m);
    takeFiles(folder(), packed());
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], folder());
  });

  it("has every file of the template, also those that npm leaves out of packages", () => {
    for (const file of [".gitignore", ".github"]) assert.ok(readdirSync(folder()).includes(file), file);
  });

  it("has a test that passes", async () => {
    const told = await run("npm", ["test"], folder());
    assert.match(told, /^ℹ pass 2$/m);
    assert.match(told, /^ℹ fail 0$/m);
  });

  it("has types that its compiler accepts", async () => {
    await run("npm", ["run", "check"], folder());
  });

  it("runs on this machine, where the command sends an order and shows its dead letter", async () => {
    await whileStarted({ ...program(), start: ["npm", "start", "--silent", "--"] }, async ({ address, outputs }) => {
      assert.match(outputs.ordersQueueUrl ?? "", /\/my-app-dev-orders-[0-9a-f]{7}$/);
      const port = ["--port", new URL(address).port];
      await exec(program(), "spillway", "send", "orders", "--set", "quantity=1000", ...port);
      await until(
        async () => /TooMany/.test(await exec(program(), "spillway", "dlq", "list", ...port)),
        "the order that nobody can place is a dead letter",
      );
    });
  });
}

/** Takes the packages of this repository from their files, in which nobody has published them yet. */
function takeFiles(folder: string, { files }: Packed): void {
  const own = Object.fromEntries([...files].map(([each, file]) => [each, `file:${file}`]));
  const { dependencies, devDependencies, ...rest } = JSON.parse(
    readFileSync(path.join(folder, "package.json"), "utf8"),
  );
  const taken = (all: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(all).map(([each, version]) => [each, own[each] ?? version]));
  const manifest = { ...rest, dependencies: taken(dependencies), devDependencies: taken(devDependencies) };
  save(folder, { "package.json": { ...manifest, overrides: own } });
}
