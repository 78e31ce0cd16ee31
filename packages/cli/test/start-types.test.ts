// What `spillway start` says about the types of the program.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { alive, descendants, endAll, Start } from "../../../test/support/start";
import { until } from "../../../test/support/until";

describe("the type check of spillway start", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-start-types-"));
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: other\nruntime: nodejs\n");
    writeFileSync(path.join(folder, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n");
  });
  afterEach(endAll);
  after(() => rmSync(folder, { recursive: true }));

  it("reports type errors of the program, with the line, and runs it nevertheless", async () => {
    const program = path.join(folder, "types.ts");
    writeFileSync(program, 'export const fine = 1;\nexport const wrong: number = "text";\n');
    const start = new Start(["--port", "0", "--json", "--program", program, "--type-check"]);
    const { address, outputs } = await start.ready();
    assert.deepEqual(outputs, { fine: 1, wrong: "text" });
    await until(() => start.stderr.includes("error TS"));
    assert.match(start.stderr, /TypeScript finds an error in the program, which pulumi preview and pulumi up refuse\./);
    assert.match(start.stderr, /types\.ts:2:14 - error TS2322: Type 'string' is not assignable to type 'number'\./);
    assert.match(start.stderr, /2 export const wrong: number = "text";/);
    assert.equal((await fetch(`${address}/_spillway/health`)).status, 200);
    assert.equal(start.stdout.split("\n").length, 2);
    start.kill("SIGINT");
    assert.equal(await start.ended, 130);
  });

  it("checks the types again after each change that --watch loads, with the time, and ends the check", async () => {
    const program = path.join(folder, "saved.ts");
    const types = path.join(folder, "saved-types.ts");
    writeFileSync(types, "export type Kind = number;\n");
    const save = (value: string) =>
      writeFileSync(program, `import type { Kind } from "./saved-types";\nexport const kind: Kind = ${value};\n`);
    save('"wrong"');
    const start = new Start(["--port", "0", "--json", "--watch", "--program", program, "--type-check"]);
    await start.ready();
    const says = (pattern: RegExp) =>
      until(() => pattern.test(start.stderr)).catch(() => assert.fail(`${pattern} is not in:\n${start.stderr}`));
    await says(/^\d\d:\d\d:\d\d\.\d{3} {3}TypeScript finds an error in the program/m);
    save("1");
    await says(/^\d\d:\d\d:\d\d\.\d{3} {3}TypeScript finds no errors any more\.$/m);
    // No code of this file runs.
    writeFileSync(types, "export type Kind = boolean;\n");
    await says(/Type 'number' is not assignable to type 'boolean'\./);
    // The program cannot be loaded.
    save("undefined; throw new Error()");
    await says(/The program cannot be evaluated[\s\S]*Type 'undefined' is not assignable to type 'boolean'\./);
    const processes = descendants(start.pid);
    start.kill("SIGINT");
    assert.equal(await start.ended, 130);
    await until(() => processes.filter(alive).length === 0);
    assert.equal(start.stderr.match(/TypeScript finds/g)?.length, 4);
  });

  it("reports type errors of a program that throws, before the reason", async () => {
    const program = path.join(folder, "throws.ts");
    writeFileSync(program, "const given: { url?: { host: string } } = {};\nexport const host = given.url.host;\n");
    const start = new Start(["--port", "0", "--program", program, "--type-check"]);
    assert.equal(await start.ended, 1);
    assert.match(
      start.stderr,
      /throws\.ts:2:21 - error TS18048: 'given\.url' is possibly 'undefined'\.[\s\S]*Cannot read properties of undefined \(reading 'host'\)\n {4}at .*throws\.ts:2:\d+\)\n$/,
    );
  });
});
