// What a batch leaves in the log, by the function's log level.
import { strict as assert } from "node:assert";
import { Report } from "../../../runtime/batch/report";

/** The lines of a batch without a failure on the standard output of a function with this level. */
function written(level: string | undefined): readonly Readonly<Record<string, unknown>>[] {
  const { AWS_LAMBDA_LOG_LEVEL: before } = process.env;
  const { write } = process.stdout;
  const lines: string[] = [];
  process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  setLevel(level);
  try {
    const counts = { received: 2, succeeded: 2, retried: 0, deadLettered: 0, handedBack: 0, milliseconds: 1 };
    new Report("orders-fn").batch("r-1", counts, []);
  } finally {
    process.stdout.write = write;
    setLevel(before);
  }
  return lines.map((line) => JSON.parse(line));
}

function setLevel(level: string | undefined): void {
  if (level === undefined) delete process.env.AWS_LAMBDA_LOG_LEVEL;
  else process.env.AWS_LAMBDA_LOG_LEVEL = level;
}

describe("the report of a batch", () => {
  it("is a line for people and a line of metrics", () => {
    for (const level of [undefined, "INFO", "DEBUG"]) {
      const lines = written(level);
      assert.deepEqual(
        lines.map((line) => [line.message, line.level, "_aws" in line]),
        [
          ["batch", "INFO", false],
          [undefined, undefined, true],
        ],
      );
    }
  });

  // Lambda would take the metrics for INFO and leave them out, and the alarm for records that are retried would be
  // silent.
  it("keeps the metrics where the level leaves out the line of a batch without a failure", () => {
    for (const level of ["WARN", "ERROR", "FATAL"]) {
      const lines = written(level);
      assert.equal(lines.length, 1);
      const [{ _aws, level: stated, timestamp, RecordsReceived, service } = {}] = lines;
      assert.deepEqual([stated, RecordsReceived, service], [level, 2, "orders-fn"]);
      assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      assert.ok(_aws !== undefined);
    }
  });
});
