import { strict as assert } from "node:assert";
import * as path from "node:path";
import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Observer } from "@spillway/local/ask";
import { openStack, type Rehearsal, rehearse, type Stack } from "@spillway/operations";
import { Run } from "../../../test/support/run";
import { until } from "../../../test/support/until";

const fixture = (name: string) => path.join(__dirname, "fixtures", `${name}.ts`);

describe("rehearse", () => {
  let run: Run;
  let stack: Stack;
  const asked: string[] = [];
  const observer: Observer = {
    before: async () => {},
  } as Observer;
  before(async () => {
    run = await Run.start({ program: fixture("mended-before"), observers: [observer] });
    stack = await openStack({ port: Number(new URL(run.local.address).port), signal: new AbortController().signal });
  });
  after(async () => {
    stack?.clients.close();
    await run?.stop();
  });
  void [asked, KinesisClient, PutRecordCommand, PublishCommand, SNSClient, PutCommand];
  void ({} as Rehearsal);

  it("works", async () => {
    for (let n = 0; n < 50; n += 1) await run.send("ordersUrl", { id: `o-${n}`, after: n < 30 ? "succeed" : "invalid" });
    const { url = "" } = stack.consumers.find(({ name }) => name === "orders") ?? {};
    await until(async () => {
      const { Attributes = {} } = await run.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
      );
      return Attributes.ApproximateNumberOfMessages === "50";
    });
    console.time("rehearse");
    const result = await rehearse({
      stack,
      name: "orders",
      filter: {},
      limit: 1000,
      checkout: { program: fixture("mended-after"), stack: "dev" },
      signal: new AbortController().signal,
      say: (line) => console.log(line),
    });
    console.timeEnd("rehearse");
    console.log({ ...result, letters: result.letters.length });
    assert.equal(result.succeed, 30);
  });
});
