// The reason with which an event comes back, and what the next one says of it.
import { strict as assert } from "node:assert";
import type { SQSRecord } from "aws-lambda";
import { recordOf } from "../../../../test/support/fake-sqs";
import { deadLetterOf } from "../../../runtime/batch/dead-letter";
import { QueueItem } from "../../../runtime/handlers/queue-record";

const context = { functionName: "orders", awsRequestId: "request-1" };
const textOf = (record: SQSRecord, error: unknown = new RangeError("too busy")) =>
  deadLetterOf(new QueueItem(record).lost(), { error, context, failedAt: new Date("2026-01-02T03:04:05Z") })
    ?.MessageAttributes?.DeadLetterReason?.StringValue ?? assert.fail("no reason");
const reasonOf = (record: SQSRecord) => JSON.parse(textOf(record));
const withReason = (reason: string) =>
  recordOf("m-2", "{}", { attributes: { DeadLetterReason: { dataType: "String" as const, stringValue: reason } } });

describe("the reason of a dead letter that comes back", () => {
  it("counts how often the event came back, and keeps what the last reason says", () => {
    const first = reasonOf(recordOf("m-1", "{}"));
    assert.equal("redrives" in first || "previous" in first, false);
    const second = textOf(withReason(JSON.stringify(first)), new TypeError("other"));
    const { redrives, previous } = JSON.parse(second);
    assert.equal(redrives, 1);
    assert.deepEqual(previous, {
      errorType: "RangeError",
      failedAt: "2026-01-02T03:04:05.000Z",
      bundle: first.bundle,
      messageId: "m-1",
    });
    const edited = reasonOf(withReason(JSON.stringify({ ...first, editedFrom: "d-1" })));
    assert.deepEqual(edited.previous, { ...previous, editedFrom: "d-1" });
    const third = reasonOf(withReason(second));
    assert.equal(third.redrives, 2);
    assert.equal(third.previous.errorType, "TypeError", "one level only");
    assert.equal("previous" in third.previous, false);
  });

  it("treats a reason without a count as the first", () => {
    const { redrives, previous } = reasonOf(
      withReason('{"errorType":"Declined","errorMessage":"no","attempts":5,"failedAt":"2025-01-01T00:00:00.000Z"}'),
    );
    assert.deepEqual([redrives, previous], [1, { errorType: "Declined", failedAt: "2025-01-01T00:00:00.000Z" }]);
  });

  it("ignores an attribute of its name that has another content", () => {
    for (const foreign of ["", "no JSON", "7", "null", "[]", '"a"', "{}", '{"errorType":1,"failedAt":2}']) {
      const reason = reasonOf(withReason(foreign));
      assert.equal("redrives" in reason || "previous" in reason, false, foreign);
    }
    const binary = recordOf("m", "{}", {
      attributes: { DeadLetterReason: { dataType: "Binary", binaryValue: "AAEC" } },
    });
    assert.equal("redrives" in reasonOf(binary), false);
    for (const redrives of ["9", -3, 0.5, 1e300, null, {}]) {
      const odd = { errorType: "E".repeat(5000), failedAt: "f".repeat(5000), redrives, bundle: 7, messageId: "" };
      const reason = reasonOf(withReason(JSON.stringify(odd)));
      assert.equal(reason.redrives, 1);
      assert.deepEqual(reason.previous, { errorType: "E".repeat(100), failedAt: "f".repeat(100) });
    }
  });
});
