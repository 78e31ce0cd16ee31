import { strict as assert } from "node:assert";
import * as path from "node:path";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { ListSubscriptionsByTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { Run } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

describe("a topic, a schedule and a rule of the program, on this machine", () => {
  let run: Run;
  before(async () => {
    run = await Run.start({ program: path.join(__dirname, "..", "fixtures", "fan-out.ts") });
  });
  after(() => run?.stop());

  const keptOf = async (id: string) =>
    (await run.items("keptTable"))
      .filter((item) => item.id === id)
      .sort((a, b) => (String(a.by) < String(b.by) ? -1 : 1));

  it("deliver what a callback publishes to each subscribed queue, with the correlation id", async () => {
    const messageId = await run.send("sourceUrl", { id: "j-1" });
    await until(async () => (await keptOf("j-1")).length >= 4);
    // Time for a delivery that should not come.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const kept = await keptOf("j-1");
    assert.deepEqual(
      kept.map(({ by }) => by),
      ["all job.begun", "all job.ended", "begun job.begun", "wrapped job.ended"],
    );
    for (const { correlationId } of kept) assert.equal(correlationId, messageId);
  });

  it("accept what an SDK client publishes, also in SNS's envelope and by the body's type", async () => {
    const sns = new SNSClient({
      endpoint: run.local.address,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      const { Subscriptions = [] } = await sns.send(
        new ListSubscriptionsByTopicCommand({ TopicArn: run.output("topicArn") }),
      );
      assert.equal(Subscriptions.length, 3);
      const Message = JSON.stringify({ type: "job.ended", id: "j-2", result: 1 });
      await sns.send(new PublishCommand({ TopicArn: run.output("topicArn"), Message }));
      await until(async () => (await keptOf("j-2")).length >= 2);
      assert.deepEqual(
        (await keptOf("j-2")).map(({ by }) => by),
        ["all job.ended", "wrapped job.ended"],
      );
    } finally {
      sns.destroy();
    }
  });

  it("deliver a schedule's event, which a page of the run sends at once", async () => {
    const name = run.output("scheduleArn").split("/").pop();
    const { status } = await fetch(`${run.local.address}/_spillway/schedules/${name}/run`, { method: "POST" });
    assert.equal(status, 200);
    await until(async () => (await keptOf("scheduled")).length >= 4);
  });

  it("deliver what a callback puts on an event bus, with the correlation id", async () => {
    const messageId = await run.send("askerUrl", { id: "put" });
    await until(async () => (await keptOf("put")).length >= 4);
    for (const { correlationId } of await keptOf("put")) assert.equal(correlationId, messageId);
  });

  it("deliver a rule's event, whose envelope the consumer opens", async () => {
    const client = new EventBridgeClient({
      endpoint: run.local.address,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      const entry = { EventBusName: run.output("busName"), Source: "test", Detail: '{"id":"ruled"}' };
      const { FailedEntryCount } = await client.send(
        new PutEventsCommand({
          Entries: [
            { ...entry, DetailType: "job.asked" },
            { ...entry, DetailType: "job.other", Detail: '{"id":"unruled"}' },
          ],
        }),
      );
      assert.equal(FailedEntryCount, 0);
      await until(async () => (await keptOf("ruled")).length >= 4);
      assert.deepEqual(await keptOf("unruled"), []);
    } finally {
      client.destroy();
    }
  });
});
