// Which frames of a stack are shown to people.
import { strict as assert } from "node:assert";
import { trimStack } from "../../bundle/frames";

const text = (...lines: readonly string[]) => lines.join("\n");

describe("a stack for people", () => {
  it("has the frames of the user's own code, of the error and of each cause", () => {
    assert.equal(
      trimStack(
        text(
          "Declined: no funds",
          "    at pay (/app/functions/pay.ts:3:9)",
          "    at async Au.runLane (/app/node_modules/spillway/runtime/batch/run-batch.ts:115:34)",
          "    at og (/app/components/runtime/batch/run-batch.ts:51:31)",
          "    at Array.from (<anonymous>)",
          "    at functions/other.ts:1:2",
          "caused by TypeError: no card",
          "    at read (node_modules/cards/index.js:1:1)",
          "    at card (components/card.ts:1:1)",
          "    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)",
        ),
      ),
      text(
        "Declined: no funds",
        "    at pay (/app/functions/pay.ts:3:9)",
        "    at functions/other.ts:1:2",
        "caused by TypeError: no card",
        "    at card (components/card.ts:1:1)",
      ),
    );
  });

  it("has the first three frames of an error of which none is the user's", () => {
    const frames = [1, 2, 3, 4, 5].map((line) => `    at find (/app/node_modules/lib/index.js:${line}:1)`);
    assert.equal(
      trimStack(text("Error: one", ...frames, "caused by Error: two", "    at own (/app/own.ts:1:1)")),
      text("Error: one", ...frames.slice(0, 3), "caused by Error: two", "    at own (/app/own.ts:1:1)"),
    );
  });

  it("has no frame at all where all are the consumer's, and no name that only the bundle has", () => {
    const own = [
      "    at pr (/code/components/runtime/aws/aws.ts:130:28)",
      "    at async N.run (/app/node_modules/spillway/dist/runtime/limit.js:1:1)",
      "    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)",
    ];
    assert.equal(trimStack(text(...own, "caused by Error: two", ...own)), "caused by Error: two");
    assert.equal(
      trimStack(
        text(
          ...own,
          "    at ar (/app/node_modules/a/i.js:1:1)",
          "    at async N.m (/app/node_modules/a/i.js:2:1)",
          "    at new Client (/app/node_modules/a/i.js:3:1)",
        ),
      ),
      text(
        "    at /app/node_modules/a/i.js:1:1",
        "    at async /app/node_modules/a/i.js:2:1",
        "    at new Client (/app/node_modules/a/i.js:3:1)",
      ),
    );
  });

  it("keeps places in a bundle, and text without frames", () => {
    const bundled = text("    at a (/var/task/index.js:1:2)", "    at /var/task/index.js:3:4");
    assert.equal(trimStack(bundled), bundled);
    assert.equal(trimStack("Error: two\nlines"), "Error: two\nlines");
    assert.equal(trimStack(""), "");
  });
});
