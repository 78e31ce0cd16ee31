// A dead letter of a queue as its consumer's function gets it in a rehearsal.
import { strict as assert } from "node:assert";
import { lambdaRecordOf } from "../letters/lambda-record";
import { letterOf } from "../letters/parse";

describe("a dead letter as a record of its consumer", () => {
  it("was just sent, as after a redrive: it is not one that its queue gives up soon", () => {
    const queue = { name: "orders", kind: "queue", url: "https://sqs/1/dead", sourceArn: "arn:aws:sqs:eu-west-1:1:o" };
    const system = { SentTimestamp: "1000", ApproximateReceiveCount: "4", SenderId: "AIDA" };
    const letter = letterOf({ MessageId: "m-1", Body: "{}", Attributes: system }, queue, 1000);
    const { attributes } = lambdaRecordOf(letter).record as { attributes: Readonly<Record<string, string>> };
    const { SentTimestamp, ...others } = attributes;
    assert.ok(Math.abs(Date.now() - Number(SentTimestamp)) < 60_000, SentTimestamp);
    assert.deepEqual(others, { ApproximateReceiveCount: "1", SenderId: "AIDA" });
  });
});
