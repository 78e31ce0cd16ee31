import { strict as assert } from "node:assert";
import { consumerNamed, send } from "@spillway/operations";
import { reasonOf } from "../../../test/support/run";
import { Deployed } from "./support/fixed";

describe("send", () => {
  let deployed: Deployed;
  before(async () => {
    deployed = await Deployed.start();
  });
  after(() => deployed?.stop());

  // The callback refuses each, so that its dead letter tells how it came.
  const sent = async (name: string, more: Partial<Parameters<typeof send>[1]> = {}) => {
    const { run } = deployed;
    const consumer = consumerNamed(deployed.stack, name);
    const request = { consumer, body: JSON.stringify({ id: name, type: "job" }), count: 1, audit: true, ...more };
    const working = { signal: new AbortController().signal, say: () => {} };
    const { ids, to } = await deployed.as("send", (stack) => send(stack, request, working));
    assert.equal(to, consumer.sourceArn);
    const letters = await run.receiveFrom(consumer.url, ids.length);
    return { ids, reasons: letters.map(reasonOf), letters };
  };

  it("sends as many messages as asked, each with an id of its own", async () => {
    const { ids, reasons } = await sent("orders", { count: 25 });
    assert.equal(new Set(ids).size, 25);
    assert.deepEqual(reasons.map(({ messageId }) => messageId).sort(), [...ids].sort());
  });

  it("gives the group of a FIFO queue, the key of a stream, and the type that a topic's subscriptions filter by", async () => {
    const { letters } = await sent("ledger", { group: "g-1" });
    assert.deepEqual(
      letters.map(({ Attributes }) => Attributes?.MessageGroupId),
      ["g-1"],
    );
    const { ids, reasons } = await sent("clicks", { key: "k-1" });
    assert.deepEqual(
      reasons.map(({ sequenceNumber, partitionKey }) => [sequenceNumber, partitionKey]),
      [[ids[0], "k-1"]],
    );
    const published = await sent("audit");
    assert.deepEqual(
      published.letters.map(({ MessageAttributes }) => MessageAttributes?.type?.StringValue),
      ["job"],
    );
  });

  it("sends characters that SQS refuses as escapes of JSON", async () => {
    const odd = { id: "a\uffff\u0001", type: "job" };
    for (const name of ["orders", "audit"]) {
      const { letters } = await sent(name, { body: JSON.stringify(odd) });
      assert.deepEqual(
        letters.map(({ Body }) => JSON.parse(Body ?? "")),
        [odd],
      );
    }
  });

  it("refuses what its consumer cannot get", async () => {
    await assert.rejects(sent("ledger"), /"ledger" consumes a FIFO queue, .* Give it with --group\.$/);
    await assert.rejects(sent("orders", { key: "k" }), /"orders" consumes a queue; only streams have --key\.$/);
    await assert.rejects(sent("audit", { group: "g" }), /only queues have --group\.$/);
    await assert.rejects(sent("changes"), /Write an item to the table/);
    await assert.rejects(sent("news"), /"news" is a topic\. Send to a consumer of it/);
  });
});
