// What becomes of events that a rule cannot deliver.
import assert from "node:assert/strict";
import type { EventBridgeClient, PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { ServiceError } from "../../service/ask";
import { eventBridgeClient, putEvents } from "../support/events";
import {
  type Deliveries,
  eventsArn,
  queueArn,
  roleArn,
  startDeliveries,
  throttled,
  topicArn,
} from "../support/scheduler";
import { type ManualClock, manualClock } from "../support/sqs";

describe("an event that cannot be delivered", () => {
  let run: Deliveries;
  let clock: ManualClock;
  let client: EventBridgeClient;
  beforeEach(async () => {
    clock = manualClock();
    run = await startDeliveries({ clock });
    client = eventBridgeClient(run.ask);
    await run.createQueue("orders");
    await run.createQueue("dead");
  });
  afterEach(async () => {
    client.destroy();
    await run.close();
  });

  const put = async (entry: Partial<PutEventsRequestEntry>) => {
    await putEvents(client, entry);
    await clock.pass(0);
  };

  it("retries an error that may be temporary, and then writes a dead letter with the whole event", async () => {
    run.failures.push(throttled(), throttled(), throttled());
    await run.rule("all");
    const deadLetterConfig = { arn: queueArn("dead") };
    await run.target("all", {
      arn: topicArn,
      inputPath: "$.detail",
      retryPolicy: { maximumRetryAttempts: 2 },
      deadLetterConfig,
    });
    await put({ Detail: '{"id":1}' });
    await clock.pass(60_000);
    const start = Date.UTC(2026, 0, 1);
    const attempts = run.asked.filter(({ action }) => action === "Publish");
    assert.deepEqual(
      attempts.map(({ at }) => (at - start) / 1000),
      [0, 1, 3],
    );
    const [letter] = await run.receive("dead");
    assert.deepEqual(JSON.parse(letter?.body ?? "").detail, { id: 1 });
    assert.deepEqual(letter?.attributes, {
      RULE_ARN: eventsArn("rule/all"),
      TARGET_ARN: topicArn,
      ERROR_CODE: "THROTTLING",
      ERROR_MESSAGE: "Rate Exceeded.",
      EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
      RETRY_ATTEMPTS: "2",
    });
  });

  it("writes a dead letter at once for an error that no retry would fix", async () => {
    const deadLetterConfig = { arn: queueArn("dead") };
    run.failures.push(new ServiceError("AccessDeniedException", "Not allowed", 403));
    await run.rule("all");
    await run.target("all", { targetId: "denied", arn: topicArn, roleArn, deadLetterConfig });
    await run.target("all", { targetId: "gone", arn: queueArn("gone"), deadLetterConfig });
    await put({});
    const letters = (await run.receive("dead")).map(({ attributes }) => attributes);
    assert.deepEqual(
      letters.map((each) => [each.ERROR_CODE, each.EXHAUSTED_RETRY_CONDITION, each.RETRY_ATTEMPTS]).sort(),
      [
        ["NO_PERMISSIONS", undefined, "0"],
        ["NO_RESOURCE", undefined, "0"],
      ],
    );
    // The dead-letter queue's own policy is asked, not the target's role.
    const toDead = run.asked.filter(
      ({ action, input }) => action === "SendMessage" && String(input.QueueUrl).endsWith("dead"),
    );
    assert.equal(toDead.length, 2);
    for (const { principal } of toDead) assert.equal(principal.kind === "service" && principal.roleArn, undefined);
  });

  it("reports an event that is lost without a dead-letter queue", async () => {
    await run.rule("all");
    await run.target("all", { arn: queueArn("gone") });
    await put({});
    assert.match(
      run.problems.join(),
      /^Rule "all": what it delivers to .*:gone is lost, because it has no dead-letter queue/,
    );
  });
});
