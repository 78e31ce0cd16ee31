import { strict as assert } from "node:assert";
import { type Rehearsal, rehearse } from "@spillway/operations";
import { Deployed, fixture } from "./support/fixed";

describe("rehearse", () => {
  let deployed: Deployed;
  before(async () => {
    deployed = await Deployed.start();
    const { run } = deployed;
    // 50 letters of orders: 30 succeed with the fixed callback, one of which was moved by SQS.
    await run.send("ordersUrl", { id: "o-0", before: "crash" });
    await deployed.waitFor("orders", 1);
    for (let n = 1; n < 48; n += 1)
      await run.send("ordersUrl", { id: `o-${n}`, after: n < 30 ? "succeed" : "invalid" });
    await run.send("ordersUrl", { id: "o-throws", after: "throw" });
    await run.send("ordersUrl", { id: "o-crashes", after: "crash" });
    for (const after of ["succeed", "throw", "succeed"]) {
      await run.send("ledgerUrl", { id: `l-${after}`, after }, { group: "a" });
    }
    for (const job of [{ id: "1" }, { id: "2", after: "refuse" }, { id: "3", before: "throw" } as const]) {
      await deployed.put({ before: "refuse", ...job });
      await deployed.write({ before: "refuse", ...job });
      await deployed.publish({ before: "refuse", ...job });
    }
    await deployed.waitFor("orders", 50);
    for (const name of ["ledger", "clicks", "changes", "audit"]) await deployed.waitFor(name, 3);
  });
  after(() => deployed?.stop());

  const rehearsed = (names: readonly string[], more: Partial<Parameters<typeof rehearse>[0]> = {}) =>
    rehearse({
      stack: deployed.stack,
      names,
      filter: {},
      limit: 1000,
      checkout: { program: fixture("fixed-after"), stack: "dev" },
      signal: new AbortController().signal,
      say: () => {},
      ...more,
    });

  it("tells which letters would succeed, and which still fail and why, and changes nothing at their stack", async () => {
    deployed.asked.clear();
    const names = ["orders", "ledger", "clicks", "changes", "audit"];
    const [orders, ledger, clicks, changes, audit] = await rehearsed(names);
    const changing = [...deployed.asked].filter(
      (action) => !/:(Get|List|Describe|ReceiveM|ChangeMessageV)/.test(action),
    );
    assert.deepEqual(changing, []);
    assert.deepEqual(await Promise.all(names.map((name) => deployed.depth(name))), [[50, 0], ...Array(4).fill([3, 0])]);
    assert.deepEqual(await deployed.run.items("doneTable"), []);

    const { total, read, complete, succeed, fail, skipped, letters, groups } = orders ?? assert.fail();
    assert.deepEqual([total, read, complete, succeed, fail, skipped], [50, 50, true, 30, 20, 0]);
    assert.equal(orders?.running, "other", "the run has the code from before");
    assert.equal(letters.length, 50);
    assert.deepEqual(shortOf(orders), [
      ["fails", 1, "OrderConflict", "RangeError: o-throws does not work yet"],
      ["fails", 1, "OrderConflict", "Runtime.ExitError: Runtime exited with error: exit status 7"],
      ["fails", 18, "OrderConflict", "InvalidEvent: after: it is invalid"],
      ["succeeds", 1, "MovedBySQS", undefined],
      ["succeeds", 29, "OrderConflict", undefined],
    ]);
    const thrown = groups.find(({ why }) => why?.startsWith("RangeError"));
    assert.match(thrown?.stack ?? "", /^at .*fixed-callbacks-after\.ts:\d+/);

    const each = ledger?.letters.map(({ verdict }) => verdict);
    assert.deepEqual(each, ["succeeds", "fails", "succeeds"], "each letter of a group has its own outcome, in order");
    for (const stream of [clicks, changes]) {
      assert.deepEqual(shortOf(stream), [
        ["fails", 1, "OrderConflict", "NotWanted: 2 is not wanted."],
        ["succeeds", 1, "OrderConflict", undefined],
        ["succeeds", 1, "RetryAttemptsExhausted", undefined],
      ]);
    }
    assert.deepEqual(shortOf(audit), [
      ["fails", 1, "OrderConflict", "NotWanted: 2 is not wanted."],
      ["succeeds", 1, "OrderConflict", undefined],
      ["succeeds", 1, "RangeError", undefined],
    ]);
  });

  it("needs the rights to look only, and skips what it may not read in a stream", async () => {
    const [clicks, ledger] = await deployed.as("rehearse", (stack) => rehearsed(["clicks", "ledger"], { stack }));
    assert.deepEqual(
      ledger?.letters.map(({ verdict }) => verdict),
      ["succeeds", "fails", "succeeds"],
    );
    assert.equal(clicks?.running, undefined, "it may not ask for the code of a deployed stack");
    const skipped = clicks?.letters.flatMap((each) => (each.verdict === "skipped" ? [each.why] : []));
    assert.equal(skipped?.length, 1);
    assert.match(skipped?.[0] ?? "", /ada may not lambda:ListEventSourceMappings/);
  });

  it("tells where the run has this code already", async () => {
    const [audit, ...again] = await rehearsed(["audit", "audit"], {
      checkout: { program: fixture("fixed-before"), stack: "dev" },
    });
    assert.deepEqual([audit?.running, audit?.succeed, again], ["same", 0, []]);
  });

  it("refuses what has reached no function, and a consumer that the stack does not have", async () => {
    await assert.rejects(
      rehearsed(["news"]),
      /"news" is a topic: .* npx spillway dlq redrive news --port \d+ --to CONSUMER$/,
    );
    await assert.rejects(rehearsed(["other"]), /There is no consumer "other"\. The stack has: audit, /);
  });

  it("ends its local run, and gives the letters back, when it is interrupted", async () => {
    const stop = new AbortController();
    const isStarting = (line: string) => line.startsWith("Starting") && setTimeout(() => stop.abort(), 500);
    await assert.rejects(rehearsed(["orders"], { signal: stop.signal, say: isStarting }));
    assert.deepEqual(await deployed.depth("orders"), [50, 0]);
  });
});

const shortOf = (rehearsal: Rehearsal | undefined) =>
  (rehearsal ?? assert.fail()).groups.map(({ verdict, count, was, why }) => [verdict, count, was, why]).sort();
