import { strict as assert } from "node:assert";
import * as path from "node:path";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { Run, raise, reasonOf } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

/** A window of a minute, and the two minutes for which Lambda waits for late records, run this many times faster. */
const speed = 100;

describe("a window callback of a table's changes, on this machine", () => {
  let run: Run;
  before(async () => {
    run = await Run.start({ program: path.join(__dirname, "..", "fixtures", "windows.ts"), speed });
  });
  after(() => run?.stop());

  it("counts every change once, in any windows, and dead-letters invalid events", async () => {
    const put = (id: string, item: object) =>
      run.tables.send(new PutCommand({ TableName: run.output("visitsTable"), Item: { id, ...item } }));
    for (let n = 0; n < 20; n += 1) await put(`visit-${n}`, { page: n % 4 === 0 ? "about" : "home" });
    await put("lost", { page: 7 });
    for (let n = 20; n < 40; n += 1) await put(`visit-${n}`, { page: n % 4 === 0 ? "about" : "home" });

    const total = async () => {
      const sums: Record<string, number> = {};
      for (const { counts } of await run.items("countsTable")) {
        for (const [page, count] of Object.entries(counts as Record<string, number>))
          sums[page] = (sums[page] ?? 0) + count;
      }
      return sums;
    };
    await until(async () => Object.values(await total()).reduce((a, b) => a + b, 0) >= 40);
    assert.deepEqual(await total(), { home: 30, about: 10 });
    const [letter = raise("no dead letter")] = await run.receive("countingDeadLettersUrl", 1);
    const { errorType, errorMessage, encoding } = reasonOf(letter);
    assert.deepEqual([errorType, encoding], ["InvalidEvent", "json"]);
    assert.match(String(errorMessage), /^newImage\.page: /);
    assert.deepEqual(JSON.parse(letter.Body ?? "").dynamodb.NewImage.page, { N: "7" });
  });
});
