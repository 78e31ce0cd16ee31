import { strict as assert } from "node:assert";
import { styleText } from "node:util";
import { describeFailure, describeLog, describeNote, type Terminal } from "../log-lines";

const terminal = (colours: boolean): Terminal => ({
  paint: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
  now: () => new Date(2026, 0, 2, 3, 4, 5, 6),
});
const written = new Date(2026, 0, 2, 13, 14, 15, 16).toISOString();
const batch = (counts: object, more: object = {}) =>
  JSON.stringify({
    level: "INFO",
    message: "batch",
    timestamp: written,
    service: "orders",
    batch: { received: 1, succeeded: 0, retried: 0, deadLettered: 0, handedBack: 0, milliseconds: 9, ...counts },
    ...more,
  });
const plain = (line: string) => describeLog("orders", line, terminal(false));

describe("a function's lines in the terminal", () => {
  it("begin with the time, of the line or the current one, in this machine's time zone", () => {
    assert.equal(plain(batch({ succeeded: 1 })), "13:14:15.016 ✓ orders  1 received: 1 succeeded in 9 ms");
    assert.equal(plain("just a text"), "03:04:05.006   orders  just a text");
  });

  it("distinguish a dead letter and a retry from a success, without colours too", () => {
    const failure = { id: "m-1", attempt: 2, errorType: "Declined", errorMessage: "no funds" };
    assert.equal(
      plain(batch({ deadLettered: 1 }, { failures: [{ ...failure, outcome: "deadLettered" }] })),
      "13:14:15.016 ✗ orders  1 received: 1 dead-lettered in 9 ms\n    m-1 dead-lettered (attempt 2): Declined: no funds",
    );
    assert.equal(
      plain(batch({ retried: 1 }, { failures: [{ ...failure, outcome: "retried" }] })),
      "13:14:15.016 ↻ orders  1 received: 1 retried in 9 ms\n    m-1 retried (attempt 2): Declined: no funds",
    );
    assert.equal(
      describeFailure("orders", "3 received: Runtime.ExitError", terminal(false)),
      "03:04:05.006 ✗ orders  3 received: Runtime.ExitError",
    );
  });

  it("have the stack of a failed record below it", () => {
    const stack =
      "Declined: no funds\n    at pay (pay.ts:3:9)\ncaused by TypeError: no card\n    at read (card.ts:1:1)";
    const failure = { id: "m-1", errorType: "Declined", errorMessage: "no funds", outcome: "retried", stack };
    assert.deepEqual(
      plain(batch({ retried: 1 }, { failures: [failure] }))
        ?.split("\n")
        .slice(1),
      [
        "    m-1 retried: Declined: no funds",
        "        at pay (pay.ts:3:9)",
        "    caused by TypeError: no card",
        "        at read (card.ts:1:1)",
      ],
    );
  });

  it("have the frames of the user's own code only, unless all are asked for", () => {
    const stack = [
      "Declined: no funds",
      "    at pay (/app/pay.ts:3:9)",
      "    at Au.runLane (/app/node_modules/spillway/runtime/batch/run-batch.ts:115:34)",
      "caused by Error: socket",
      ...[1, 2, 3, 4].map((line) => `    at f (node:net:${line}:1)`),
    ].join("\n");
    const failure = { id: "m-1", errorType: "Declined", errorMessage: "no funds", outcome: "retried", stack };
    const error = { name: "Declined", message: "no funds", stack };
    const lines = [
      batch({ retried: 1 }, { failures: [failure] }),
      JSON.stringify({ level: "ERROR", message: "failed", timestamp: written, error }),
    ];
    for (const line of lines) {
      const placesIn = (text = "") => [...text.matchAll(/\((.*)\)$/gm)].map(([, place]) => place);
      const own = ["/app/pay.ts:3:9", "node:net:1:1", "node:net:2:1", "node:net:3:1"];
      assert.deepEqual(placesIn(plain(line)), own);
      assert.equal(placesIn(describeLog("orders", line, { ...terminal(false), wholeStacks: true })).length, 6);
    }
  });

  it("of the run itself have its time", () => {
    assert.equal(describeNote("TypeScript finds …", terminal(false)), "03:04:05.006   TypeScript finds …");
  });

  it("report the result of a record that was redriven, how often it was, and its correlation id", () => {
    const line = { level: "INFO", message: "redriven", timestamp: written, recordId: "m-2", correlationId: "flow-1" };
    const redriven = (redrives: number, outcome: string, more = {}) =>
      plain(JSON.stringify({ ...line, function_request_id: "r", redrives, outcome, ...more }));
    assert.equal(redriven(1, "succeeded"), "13:14:15.016 ✓ orders  m-2 redriven: succeeded  [flow-1]");
    assert.equal(redriven(2, "deadLettered"), "13:14:15.016 ✗ orders  m-2 redriven (time 2): dead-lettered  [flow-1]");
    assert.equal(redriven(1, "retried"), "13:14:15.016 ↻ orders  m-2 redriven: retried  [flow-1]");
    assert.equal(
      redriven(1, "handedBack", { correlationId: "m-2" }),
      "13:14:15.016 ↻ orders  m-2 redriven: handed back",
    );
    assert.equal(
      plain(JSON.stringify({ level: "INFO", message: "redriven", timestamp: written, by: "a callback" })),
      "13:14:15.016   orders  INFO redriven { by: 'a callback' }",
    );
  });

  it("name a few correlation ids, of a small batch only", () => {
    assert.match(plain(batch({ succeeded: 1 }, { correlationIds: ["flow-1"] })) ?? "", / {2}\[flow-1\]$/);
    assert.doesNotMatch(plain(batch({ received: 9, succeeded: 9 }, { correlationIds: ["flow-1"] })) ?? "", /flow-1/);
  });

  it("show the fields that a callback logged, and none that every line has", () => {
    const line = { level: "WARN", message: "late", timestamp: written, service: "orders", function_request_id: "r" };
    assert.equal(
      plain(JSON.stringify({ ...line, orderId: "o-1", items: [{ sku: "book" }] })),
      "13:14:15.016   orders  WARN late { orderId: 'o-1', items: [ { sku: 'book' } ] }",
    );
    assert.equal(plain(JSON.stringify({ ...line, message: { a: 1 } })), "13:14:15.016   orders  WARN { a: 1 }");
  });

  it("show errors with their stack and cause, as a logger's field and as Lambda writes them", () => {
    const error = {
      name: "Declined",
      message: "no funds",
      stack: "Declined: no funds\n    at pay (pay.ts:3:9)",
      cause: { name: "TypeError", message: "no card", stack: "TypeError: no card\n    at read (card.ts:1:1)" },
    };
    assert.equal(
      plain(JSON.stringify({ level: "ERROR", message: "failed", timestamp: written, orderId: "o-1", error })),
      [
        "13:14:15.016   orders  ERROR failed { orderId: 'o-1' }",
        "    Declined: no funds",
        "        at pay (pay.ts:3:9)",
        "    caused by TypeError: no card",
        "        at read (card.ts:1:1)",
      ].join("\n"),
    );
    const ofLambda = { errorType: "RangeError", errorMessage: "too far", stackTrace: ["at go (go.ts:1:2)"] };
    assert.equal(
      plain(
        JSON.stringify({ level: "ERROR", message: "Invoke Error", timestamp: written, requestId: "r", ...ofLambda }),
      ),
      "13:14:15.016   orders  ERROR Invoke Error\n    RangeError: too far\n        at go (go.ts:1:2)",
    );
  });

  it("show the level and the text of Lambda's text format", () => {
    assert.equal(
      plain(`${written}\t7d3a1b9e-0000-4000-8000-000000000000\tWARN\tslow`),
      "13:14:15.016   orders  WARN slow",
    );
  });

  it("have colours where the terminal supports them, and not otherwise", () => {
    const dead = batch({ deadLettered: 1 });
    assert.ok(describeLog("orders", dead, terminal(true))?.includes("\u001b[31m✗\u001b[39m"));
    assert.equal(plain(dead)?.includes("\u001b"), false);
  });

  it("leave out embedded metrics and empty lines", () => {
    assert.equal(plain('{"_aws":{},"RecordsReceived":1}'), undefined);
    assert.equal(plain("  "), undefined);
  });
});
