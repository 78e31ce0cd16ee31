// What goes to the log group of a function: its own lines and the platform's, by the process that wrote them.
import assert from "node:assert/strict";
import { call, type RunningLambda, startLambda } from "../support/lambda";

describe("the log group of a function", () => {
  let run: RunningLambda;
  const written: { logGroup: string; logStream: string; line: string }[] = [];
  before(async () => {
    run = await startLambda({ writeLog: (logGroup, logStream, line) => written.push({ logGroup, logStream, line }) });
  });
  after(() => run.close());
  beforeEach(() => {
    written.length = 0;
  });

  it("contains the function's lines between those of the platform, in one stream for each process", async () => {
    run.put("text", "exports.handler = async ({ id }) => { console.log('order', id); };", { logGroup: "shared" });
    const { requestId } = await call(run.lambda, "text", { id: 1 });
    await call(run.lambda, "text", { id: 2 });
    const withoutTimes = written.map(({ line }) => line.replace(/^\d{4}-\S+\t/, "").replace(/Duration.*/s, ""));
    assert.deepEqual(withoutTimes.slice(0, 4), [
      `START RequestId: ${requestId} Version: $LATEST`,
      `${requestId}\tINFO\torder 1`,
      `END RequestId: ${requestId}`,
      `REPORT RequestId: ${requestId}\t`,
    ]);
    assert.equal(withoutTimes.length, 8);
    assert.deepEqual([...new Set(written.map(({ logGroup }) => logGroup))], ["shared"]);
    const streams = [...new Set(written.map(({ logStream }) => logStream))];
    assert.equal(streams.length, 1, "both events ran in one process");
    assert.match(String(streams[0]), /^2026\/01\/01\/\[\$LATEST\][0-9a-f]{32}$/);
  });

  it("reports in JSON how an event ended, also one that timed out", async () => {
    const code = "exports.handler = async (event) => { if (event.fails) throw new Error('no'); for (; event.slow;); };";
    run.put("json", code, { logFormat: "JSON", timeout: 1 });
    for (const event of [{}, { fails: true }, { slow: true }]) await call(run.lambda, "json", event);
    const lines = written.map(({ line }) => JSON.parse(line));
    assert.deepEqual(
      lines.filter(({ type }) => type === "platform.report").map(({ record }) => record.status),
      ["success", "error", "timeout"],
    );
    assert.equal(lines.filter(({ type }) => type === "platform.start").length, 3);
    assert.ok(written.every(({ logGroup }) => logGroup === "/aws/lambda/json"));
  });
});
