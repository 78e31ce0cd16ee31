// How long the calls of an invocation to AWS may take, by the time that is left.
import { strict as assert } from "node:assert";
import { FakeSqs } from "../../../../test/support/fake-sqs";
import { sendMessage } from "../../../runtime/aws/sqs-client";
import { Calls, OutOfTime } from "../../../runtime/batch/calls";

describe("a call to AWS that the consumer makes for a callback", () => {
  const now = Date.now;
  beforeEach(() => {
    Date.now = () => 1_000_000;
  });
  afterEach(() => {
    Date.now = now;
  });

  const timeoutWith = (left: number) => new Calls().inTime(1_000_000 + left, ({ timeout }) => Promise.resolve(timeout));

  it("has time for three attempts of at most three seconds each", async () => {
    assert.equal(await timeoutWith(60_000), 3000);
    assert.equal(await timeoutWith(4000), 1000);
  });

  it("is not retried within half a second, so that a slow answer does not store a dead letter twice", async () => {
    assert.equal(await timeoutWith(1800), 500);
    assert.equal(await timeoutWith(600), 500);
  });

  it("does not start when no time is left", async () => {
    await assert.rejects(timeoutWith(9), OutOfTime);
  });

  it("succeeds with the answer that came before its end, while a callback was computing beyond it", async () => {
    Date.now = now;
    const sqs = await FakeSqs.start();
    try {
      const until = Date.now() + 2000;
      const compute = () => {
        while (Date.now() <= until);
      };
      sqs.hold = () => {
        // Once the answer is written.
        setImmediate(compute);
        return undefined;
      };
      const letter = { MessageBody: "{}" };
      await new Calls().inTime(until, (limits) => sendMessage(sqs.deadLetterQueueUrl, letter, limits));
      assert.equal(sqs.of("SendMessage").length, 1);
    } finally {
      await sqs.stop();
    }
  });
});
