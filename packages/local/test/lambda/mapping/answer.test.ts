// What functions answer to a batch of messages, and what the mapping makes of it.
import assert from "node:assert/strict";
import { failedIn } from "../../../lambda/mapping/batch-response";

describe("an answer to a batch", () => {
  const ids = new Set(["a", "b", "c"]);
  const failed = (answer: unknown, reports = true) =>
    [...failedIn(typeof answer === "string" ? answer : JSON.stringify(answer), ids, reports)].sort().join("");

  it("is a success where no failure is reported", () => {
    for (const answer of [
      "",
      "null",
      '""',
      "{}",
      { batchItemFailures: [] },
      { batchItemFailures: null },
      { statusCode: 200 },
    ]) {
      assert.equal(failed(answer), "", JSON.stringify(answer));
    }
  });

  it("is a failure of the records that it names", () => {
    assert.equal(failed({ batchItemFailures: [{ itemIdentifier: "b" }, { itemIdentifier: "c" }] }), "bc");
  });

  it("is a failure of all records where it is invalid", () => {
    const wrong = [
      "{",
      '"done"',
      "[]",
      { batchItemFailures: "b" },
      { batchItemFailures: ["b"] },
      { batchItemFailures: [{ itemIdentifier: "" }] },
      { batchItemFailures: [{ itemIdentifier: null }] },
      { batchItemFailures: [{ id: "b" }] },
      { batchItemFailures: [{ itemIdentifier: "b" }, { itemIdentifier: "unknown" }] },
    ];
    for (const answer of wrong) assert.equal(failed(answer), "abc", JSON.stringify(answer));
  });

  it("is ignored without ReportBatchItemFailures", () => {
    assert.equal(failed({ batchItemFailures: [{ itemIdentifier: "b" }] }, false), "");
  });
});
