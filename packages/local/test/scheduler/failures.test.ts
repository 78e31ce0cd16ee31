// What becomes of what a schedule cannot deliver.
import assert from "node:assert/strict";
import { ServiceError } from "../../service/ask";
import {
  type Deliveries,
  functionArn,
  queueArn,
  type Received,
  scheduleArn,
  startDeliveries,
  throttled,
  topicArn,
} from "../support/scheduler";
import { type ManualClock, manualClock } from "../support/sqs";

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

describe("a schedule's event that cannot be delivered", () => {
  let run: Deliveries;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = manualClock();
    run = await startDeliveries({ clock });
    await run.createQueue("sweep");
    await run.createQueue("dead");
  });
  afterEach(() => run.close());

  const deadLetter = async (): Promise<Received> => {
    const [letter, ...others] = await run.receive("dead");
    assert.deepEqual(others, []);
    return letter ?? assert.fail("no dead letter");
  };

  it("is retried with growing delays, as often as its retry policy allows, and then becomes a dead letter", async () => {
    const retryPolicy = { maximumRetryAttempts: 3 };
    const deadLetterConfig = { arn: queueArn("dead") };
    const input = '{"attempt":<aws.scheduler.attempt-number>}';
    run.failures.push(throttled(), throttled(), throttled(), throttled());
    await run.schedule("retried", { target: { arn: functionArn, input, retryPolicy, deadLetterConfig } });
    await clock.pass(hour);
    const started = clock.now();
    await clock.pass(minute);
    const attempts = run.asked.filter(({ action }) => action === "Invoke");
    assert.deepEqual(
      attempts.map(({ at, input }) => [(at - started) / 1000, input.Payload]),
      [
        [0, '{"attempt":1}'],
        [1, '{"attempt":2}'],
        [3, '{"attempt":3}'],
        [7, '{"attempt":4}'],
      ],
    );
    const { body, attributes } = await deadLetter();
    assert.equal(body, '{"attempt":4}');
    assert.match(attributes.EXECUTION_ID ?? "", /^[0-9a-f]{16}$/);
    assert.deepEqual(attributes, {
      ERROR_CODE: "TooManyRequestsException",
      ERROR_MESSAGE: "Rate Exceeded.",
      EXECUTION_ID: attributes.EXECUTION_ID,
      EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
      IS_PAYLOAD_TRUNCATED: "false",
      RETRY_ATTEMPTS: "3",
      SCHEDULED_TIME: "2026-01-01T01:00:00Z",
      SCHEDULE_ARN: scheduleArn("retried"),
      TARGET_ARN: functionArn,
    });
    assert.deepEqual(run.asked.at(-1)?.principal, attempts[0]?.principal);
  });

  it("is given up when it is too old", async () => {
    const retryPolicy = { maximumEventAgeInSeconds: 60 };
    run.failures.push(...Array.from({ length: 9 }, throttled));
    await run.schedule("aged", { target: { arn: topicArn, retryPolicy, deadLetterConfig: { arn: queueArn("dead") } } });
    await clock.pass(hour + 10 * minute);
    const { attributes } = await deadLetter();
    // After 1, 3, 7, 15 and 31 s; the next would be after 63 s.
    assert.deepEqual(
      [attributes.EXHAUSTED_RETRY_CONDITION, attributes.RETRY_ATTEMPTS],
      ["MaximumEventAgeInSeconds", "5"],
    );
  });

  it("is retried 185 times within a day by default", async () => {
    run.failures.push(...Array.from({ length: 200 }, throttled));
    const target = { arn: topicArn, deadLetterConfig: { arn: queueArn("dead") } };
    await run.schedule("patient", { scheduleExpression: "at(2026-01-01T01:00:00)", target });
    await clock.pass(day + hour);
    const { attributes } = await deadLetter();
    assert.deepEqual(
      [attributes.EXHAUSTED_RETRY_CONDITION, attributes.RETRY_ATTEMPTS],
      ["MaximumRetryAttempts", "185"],
    );
  });

  it("is not retried for an error that no retry would fix", async () => {
    await run.schedule("lost", { target: { arn: queueArn("gone"), deadLetterConfig: { arn: queueArn("dead") } } });
    await clock.pass(hour);
    const { attributes } = await deadLetter();
    assert.equal(attributes.ERROR_CODE, "AWS.SimpleQueueService.NonExistentQueue");
    assert.deepEqual([attributes.EXHAUSTED_RETRY_CONDITION, attributes.RETRY_ATTEMPTS], [undefined, "0"]);
  });

  it("is not retried where the local run does not have the service", async () => {
    run.failures.push(new ServiceError("UnknownService", "The local run has no such service", 501));
    await run.schedule("early", { target: { arn: topicArn, deadLetterConfig: { arn: queueArn("dead") } } });
    await clock.pass(hour);
    assert.equal((await deadLetter()).attributes.ERROR_CODE, "UnknownService");
  });

  it("is reported when it is lost without a dead-letter queue", async () => {
    run.failures.push(new ServiceError("AccessDeniedException", "User is not authorized", 403));
    await run.schedule("unsafe", { target: { arn: topicArn } });
    await clock.pass(hour);
    assert.deepEqual(run.problems, [
      `Schedule "unsafe": what it delivers to ${topicArn} is lost, because it has no dead-letter queue. AccessDeniedException: User is not authorized`,
    ]);
  });
});
