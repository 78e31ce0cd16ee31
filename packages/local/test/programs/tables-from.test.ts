import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { startLocal } from "@spillway/local";
import { Run } from "../../../../test/support/run";

const program = path.join(__dirname, "..", "fixtures", "faults.ts");

describe("a run at rest, with the tables of another", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "spillway-tables-"));
  after(() => rmSync(folder, { recursive: true }));
  const contents = () =>
    new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), "hex")]));
  const note = (run: Run, jobId: string) =>
    run.tables.send(new PutCommand({ TableName: run.output("runsTable"), Item: { jobId, run: "1" } }));

  it("begins with a copy, runs nothing by itself, and leaves the folder as it is", async () => {
    const kept = await Run.start({ program, dataDir: folder });
    try {
      await note(kept, "kept");
      await assert.rejects(
        startLocal({ program, stack: "dev", port: 0, tablesFrom: folder }),
        /^Error: ".*" is in use by another run; end that run, so that its tables are complete\.$/,
      );
    } finally {
      await kept.stop();
    }
    const before = contents();
    const run = await Run.start({ program, tablesFrom: folder, atRest: true });
    try {
      assert.deepEqual(
        (await run.items("runsTable")).map(({ jobId }) => jobId),
        ["kept"],
      );
      await note(run, "lost");
      const { EventSourceMappings = [] } = await run.lambda.send(new ListEventSourceMappingsCommand({}));
      assert.deepEqual(new Set(EventSourceMappings.map(({ State }) => State)), new Set(["Disabled"]));
    } finally {
      await run.stop();
    }
    assert.deepEqual(contents(), before);
  });

  it("says when the folder has no tables", async () => {
    const tablesFrom = path.join(folder, "nowhere");
    await assert.rejects(startLocal({ program, stack: "dev", port: 0, tablesFrom }), /has no tables of a local run/);
  });
});
