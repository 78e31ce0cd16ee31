// The dead letters of components that share a dead-letter queue.
import { strict as assert } from "node:assert";
import type { RunUnderTest } from "@spillway/local";
import { allDeadLetters, deadLettersOf } from "../host/dead-letters";

const url = "http://127.0.0.1:4566/000000000000/dead";
const arn = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`;

const consumer = (name: string) => {
  const deadLetters = { kind: "queue", url, sourceArn: arn(name), functionName: `${name}-1a2b3c4` };
  const outputs = { deadLetterQueueUrl: url, deadLetters };
  return { type: "spillway:index:QueueConsumer", name, urn: name, outputs };
};
const resources = [
  consumer("orders"),
  consumer("refunds"),
  { type: "spillway:index:DeadLetterQueue", name: "dead", urn: "dead", outputs: { url } },
];

const message = (id: string, reason?: object, system?: object) => ({
  ...{ MessageId: id, Body: "{}", Attributes: { SentTimestamp: "1000", ...system } },
  ...(reason && {
    MessageAttributes: {
      DeadLetterReason: { DataType: "String", StringValue: JSON.stringify({ errorType: "Declined", ...reason }) },
    },
  }),
});
const messages = [
  message("order", { functionName: "orders-1a2b3c4" }),
  message("refund", { sourceArn: arn("refunds") }),
  message("moved-refund", undefined, { DeadLetterQueueSourceArn: arn("refunds") }),
  message("nobody's"),
];

describe("the dead letters of consumers that share a queue", () => {
  const run = { graph: { resources }, peek: () => messages } as unknown as RunUnderTest;
  const idsOf = (name: string) => deadLettersOf(run, name).map(({ id }) => id);

  it("are each consumer's own, and those that name nobody", () => {
    assert.deepEqual(idsOf("orders"), ["order", "nobody's"]);
    assert.deepEqual(idsOf("refunds"), ["refund", "moved-refund", "nobody's"]);
  });

  it("are all of a queue that is named itself", () => {
    assert.deepEqual(idsOf("dead"), ["order", "refund", "moved-refund", "nobody's"]);
    assert.deepEqual([...new Set(allDeadLetters(run).map(({ of }) => of))].sort(), ["dead", "orders", "refunds"]);
  });
});
