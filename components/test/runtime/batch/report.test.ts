// What a batch leaves in the log, by the function's variables.
import { strict as assert } from "node:assert";
import { read } from "../../../../test/support/docs-tables";
import { Report } from "../../../runtime/batch/report";

type Line = Readonly<Record<string, unknown>>;

/** The lines of a batch without a failure on the standard output of a function with this variable. */
function written(variable: string, value: string | undefined): readonly Line[] {
  const before = process.env[variable];
  const { write } = process.stdout;
  const lines: string[] = [];
  process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  set(variable, value);
  try {
    const counts = { received: 2, succeeded: 2, retried: 0, deadLettered: 0, handedBack: 0, milliseconds: 1 };
    new Report("orders-fn").batch("r-1", counts, []);
  } finally {
    process.stdout.write = write;
    set(variable, before);
  }
  return lines.map((line) => JSON.parse(line));
}

function set(variable: string, value: string | undefined): void {
  if (value === undefined) delete process.env[variable];
  else process.env[variable] = value;
}

describe("the report of a batch", () => {
  it("is a line for people and a line of metrics", () => {
    for (const level of [undefined, "INFO", "DEBUG"]) {
      const lines = written("AWS_LAMBDA_LOG_LEVEL", level);
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
      const lines = written("AWS_LAMBDA_LOG_LEVEL", level);
      assert.equal(lines.length, 1);
      const [{ _aws, level: stated, timestamp, RecordsReceived, service } = {}] = lines;
      assert.deepEqual([stated, RecordsReceived, service], [level, 2, "orders-fn"]);
      assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      assert.ok(_aws !== undefined);
    }
  });

  it("has the metrics that docs/consumer.md names, at their price, and none where they are turned off", () => {
    const [, line] = written("POWERTOOLS_METRICS_DISABLED", undefined);
    const names = Object.keys(line ?? {}).filter((name) => name.startsWith("Records"));
    const page = read("docs/consumer.md");
    for (const name of names) assert.ok(page.includes(`\`${name}\``), name);
    assert.match(page, new RegExp(`The five metrics therefore cost \\$${(names.length * 0.3).toFixed(2)} a month`));
    assert.deepEqual(
      written("POWERTOOLS_METRICS_DISABLED", "true").map(({ message }) => message),
      ["batch"],
    );
  });
});
