// A program that somebody has made by `npm create spillway`, as it is: tested and run with the published packages. It
// is a workspace of another program, because an installation of its own would take as long as the other tests.
import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { exec, type ForeignProgram, save, whileStarted } from "../support/foreign-program";
import { type Packed, run } from "../support/packed";
import { until } from "../support/until";

/** The folder, and so the name, of the program. */
export const created = "my-app";

/** Calls the command for a folder in `parent`, and takes this repository's packages from where they are packed. */
export async function create({ files }: Packed, parent: string): Promise<void> {
  const from = `--package=file:${files.get("create-spillway")}`;
  const args = ["exec", "--yes", "--prefer-offline", from, "--", "create-spillway", created, "--no-install"];
  assert.match(await run("npm", args, parent), /^Created the project my-app in my-app: \d+ files/m);
  const manifest = path.join(parent, created, "package.json");
  const { dependencies, devDependencies, ...rest } = JSON.parse(readFileSync(manifest, "utf8"));
  const taken = (all: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(all).map(([name, version]) => [name, files.has(name) ? `file:${files.get(name)}` : version]),
    );
  save(path.dirname(manifest), {
    "package.json": { ...rest, dependencies: taken(dependencies), devDependencies: taken(devDependencies) },
  });
}

/** `folder`: of the program, once it is installed. */
export function testCreated(folder: () => string): void {
  const program = (): ForeignProgram => ({
    folder: folder(),
    runner: ["npx", "--no-install"],
    start: ["npm", "start", "--silent", "--"],
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
    await whileStarted(program(), async ({ address, outputs }) => {
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
