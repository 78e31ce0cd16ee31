// A table's stream with its consumer, from a write by an SDK client to what the callback has done, in real
// environments.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { GetEventSourceMappingCommand, ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import { BatchWriteCommand, DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { Run, reasonOf } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

const program = path.join(__dirname, "..", "fixtures", "table-stream.ts");

describe("the changes of a table, on this machine", () => {
  let run: Run;
  before(async () => {
    run = await Run.start({ program });
  });
  after(() => run?.stop());

  const put = (id: string, version: number, more: object = {}) =>
    run.tables.send(new PutCommand({ TableName: run.output("itemsTable"), Item: { id, version, ...more } }));
  const keptOf = async (id: string) =>
    (await run.items("keptTable"))
      .filter((item) => item.id === id)
      .map(({ at }) => String(at))
      .sort()
      .map((at) => at.slice(7));

  it("reach the callback in order per item, whichever way they were written", async () => {
    for (let version = 1; version <= 5; version++) {
      await put("a", version);
      await put("b", version);
    }
    await run.tables.send(new DeleteCommand({ TableName: run.output("itemsTable"), Key: { id: "a" } }));
    await run.tables.send(
      new BatchWriteCommand({
        RequestItems: { [run.output("itemsTable")]: [{ PutRequest: { Item: { id: "c", version: 1 } } }] },
      }),
    );
    const Item = { id: { S: "d" }, version: { N: "1" } };
    await run.tables.send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: run.output("itemsTable"), Item } }] }),
    );
    await until(async () => (await run.items("keptTable")).length === 13);
    assert.deepEqual(await keptOf("a"), [
      "INSERT ->1",
      "MODIFY 1>2",
      "MODIFY 2>3",
      "MODIFY 3>4",
      "MODIFY 4>5",
      "REMOVE 5>-",
    ]);
    assert.deepEqual((await keptOf("b")).at(-1), "MODIFY 4>5");
    assert.deepEqual(await keptOf("c"), ["INSERT ->1"]);
  });

  it("are dead-lettered by the consumer with both images where they are invalid, and by the mapping where they fail", async () => {
    await put("before", 1);
    await put("refused", 1, { does: "refuse" });
    await put("failing", 1, { does: "fail" });
    await put("hidden-1", 1);
    await put("after", 1);
    const letters = await run.receive("deadLettersUrl", 2);
    // It may have run before: what comes after a failure comes again.
    await until(async () => (await keptOf("after")).length > 0);
    const [told, stored] = [...letters].sort(
      (a, b) => Object.keys(a.MessageAttributes ?? {}).length - Object.keys(b.MessageAttributes ?? {}).length,
    );
    const change = JSON.parse(stored?.Body ?? "{}");
    assert.equal(change.dynamodb.NewImage.id.S, "refused");
    assert.equal(change.eventSourceARN, run.output("itemsStreamArn"));
    assert.equal(stored && reasonOf(stored).errorType, "NotWanted");
    const { requestContext, responseContext, DDBStreamBatchInfo: batch } = JSON.parse(told?.Body ?? "{}");
    assert.equal(requestContext.condition, "RetryAttemptsExhausted");
    assert.equal(requestContext.approximateInvokeCount, 3);
    assert.deepEqual(responseContext, { statusCode: 200, executedVersion: "$LATEST", functionError: null });
    assert.equal(batch.batchSize, 1);
    assert.equal(batch.streamArn, run.output("itemsStreamArn"));
    assert.match(batch.approximateArrivalOfFirstRecord, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(await keptOf("hidden-1"), []);
    assert.deepEqual(await keptOf("failing"), []);
  });

  it("appear in Lambda's API with the program's settings of the mapping", async () => {
    const { EventSourceMappings = [] } = await run.lambda.send(
      new ListEventSourceMappingsCommand({ EventSourceArn: run.output("itemsStreamArn") }),
    );
    const [{ UUID = "" } = {}] = EventSourceMappings;
    const mapping = await run.lambda.send(new GetEventSourceMappingCommand({ UUID }));
    const { StartingPosition, ParallelizationFactor, BisectBatchOnFunctionError, BatchSize } = mapping;
    assert.deepEqual(
      { StartingPosition, ParallelizationFactor, BisectBatchOnFunctionError, BatchSize },
      { StartingPosition: "TRIM_HORIZON", ParallelizationFactor: 1, BisectBatchOnFunctionError: true, BatchSize: 100 },
    );
    assert.equal(mapping.MaximumRetryAttempts, 2);
    assert.equal(mapping.MaximumRecordAgeInSeconds, 43_200);
    assert.match(mapping.DestinationConfig?.OnFailure?.Destination ?? "", /-changes-dead-letters-/);
  });
});

describe("the changes of a table that outlives the run", () => {
  it("are read in the next run from where the last one ended", async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), "spillway-test-"));
    try {
      for (const version of [1, 2]) {
        const run = await Run.start({ program, dataDir });
        try {
          const Item = { id: "a", version };
          await run.tables.send(new PutCommand({ TableName: run.output("itemsTable"), Item }));
          const kept = async () => (await run.items("keptTable")).map(({ at }) => String(at).slice(7));
          await until(async () => (await kept()).includes(version === 1 ? "INSERT ->1" : "MODIFY 1>2"));
          assert.equal((await kept()).length, version);
        } finally {
          await run.stop();
        }
      }
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });
});
