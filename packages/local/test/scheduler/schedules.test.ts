// Schedules of the program on the local run: what they deliver, and when.
import assert from "node:assert/strict";
import { until } from "../../../../test/support/until";
import { createClock } from "../../service/clock";
import {
  type Deliveries,
  functionArn,
  queueArn,
  roleArn,
  scheduleArn,
  startDeliveries,
  throttled,
  topicArn,
} from "../support/scheduler";
import { accountId, type ManualClock, manualClock, region, user } from "../support/sqs";

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

describe("a schedule on the local run", () => {
  let run: Deliveries;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = manualClock();
    run = await startDeliveries({ clock, random: () => 0.5 });
    await run.createQueue("sweep");
    await run.createQueue("dead");
  });
  afterEach(() => run.close());

  it("delivers its input at each of its times, with its role", async () => {
    await run.schedule("hourly", { target: { input: '{"sweep":true}' } });
    await clock.pass(hour - 1);
    assert.deepEqual(await run.bodies("sweep"), []);
    await clock.pass(1);
    assert.deepEqual(await run.bodies("sweep"), ['{"sweep":true}']);
    await clock.pass(2 * hour);
    assert.deepEqual(await run.bodies("sweep"), ['{"sweep":true}', '{"sweep":true}']);
    const service = "scheduler.amazonaws.com";
    assert.deepEqual(run.asked[0]?.principal, { kind: "service", service, roleArn, sourceArn: scheduleArn("hourly") });
  });

  it("delivers at a rate from its creation, where it has no start date", async () => {
    await clock.pass(20 * minute);
    await run.schedule("hourly", {
      scheduleExpression: "rate(1 hour)",
      target: { input: "<aws.scheduler.scheduled-time>" },
    });
    await clock.pass(hour - 1);
    assert.deepEqual(await run.bodies("sweep"), ["2026-01-01T00:20:00Z"]);
    await clock.pass(1);
    assert.deepEqual(await run.bodies("sweep"), ["2026-01-01T01:20:00Z"]);
  });

  it("puts the context attributes into its input", async () => {
    const input = "<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time> <aws.scheduler.attempt-number> <other>";
    const target = { input: `${input} <aws.scheduler.execution-id>` };
    await run.schedule("nightly", { scheduleExpression: "cron(30 2 * * ? *)", target });
    await clock.pass(day);
    const [body = ""] = await run.bodies("sweep");
    assert.match(body, /^arn:aws:scheduler:eu-west-1:000000000000:schedule\/default\/nightly 2026-01-01T02:30:00Z 1 /);
    assert.match(body, / <other> [0-9a-f]{16}$/);
  });

  it("delivers a default notification when it has no input", async () => {
    await run.schedule("plain", { target: { input: "" } });
    await clock.pass(hour);
    const { id, ...event } = JSON.parse((await run.bodies("sweep"))[0] ?? "");
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(event, {
      version: "0",
      "detail-type": "Scheduled Event",
      source: "aws.scheduler",
      account: accountId,
      time: "2026-01-01T01:00:00Z",
      region,
      resources: [scheduleArn("plain")],
      detail: "{}",
    });
  });

  it("delivers to FIFO queues, topics, functions and event buses", async () => {
    await run.createQueue("sweep.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
    const fifo = { arn: queueArn("sweep.fifo"), sqsParameters: { messageGroupId: "g" } };
    await run.schedule("to-fifo", { target: fifo });
    await run.schedule("to-topic", { target: { arn: topicArn, input: "wake" } });
    await run.schedule("to-function", { target: { arn: functionArn, input: '{"a":1}' } });
    const bus = `arn:aws:events:${region}:${accountId}:event-bus/default`;
    const eventbridgeParameters = { source: "clock", detailType: "tick" };
    await run.schedule("to-bus", { target: { arn: bus, input: '{"b":2}', eventbridgeParameters } });
    await clock.pass(hour);
    assert.deepEqual(
      (await run.receive("sweep.fifo")).map(({ body, groupId }) => [body, groupId]),
      [["{}", "g"]],
    );
    const inputOf = (action: string) => run.asked.find((each) => each.action === action)?.input;
    assert.deepEqual(inputOf("Publish"), { TopicArn: topicArn, Message: "wake" });
    const invoke = { FunctionName: functionArn, InvocationType: "Event", Payload: '{"a":1}' };
    assert.deepEqual(inputOf("Invoke"), invoke);
    const entry = { EventBusName: bus, Source: "clock", DetailType: "tick", Detail: '{"b":2}' };
    assert.deepEqual(inputOf("PutEvents"), { Entries: [entry] });
  });

  it("runs within its flexible time window, with its scheduled time", async () => {
    const flexibleTimeWindow = { mode: "FLEXIBLE", maximumWindowInMinutes: 30 };
    await run.schedule("flexible", { flexibleTimeWindow, target: { input: "<aws.scheduler.scheduled-time>" } });
    await clock.pass(hour + 15 * minute - 1);
    assert.deepEqual(await run.bodies("sweep"), []);
    await clock.pass(1);
    assert.deepEqual(await run.bodies("sweep"), ["2026-01-01T01:00:00Z"]);
  });

  it("does not run while it is disabled", async () => {
    await run.schedule("off", { state: "DISABLED" });
    await clock.pass(day);
    assert.deepEqual(await run.bodies("sweep"), []);
  });

  it("waits longer than the maximum of a timer", async () => {
    const waits: number[] = [];
    const after: ManualClock["after"] = (milliseconds, action) => {
      waits.push(milliseconds);
      return clock.after(milliseconds, action);
    };
    const other = await startDeliveries({ clock: { ...clock, after } });
    await other.createQueue("sweep");
    await other.provision("aws:scheduler/schedule:Schedule", "yearly", {
      scheduleExpression: "at(2026-04-11T00:00:00)",
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: queueArn("sweep"), roleArn, input: "spring" },
    });
    await clock.pass(100 * day - 1);
    assert.deepEqual(await other.receive("sweep"), []);
    await clock.pass(1);
    assert.equal((await other.receive("sweep"))[0]?.body, "spring");
    assert.ok(waits.length > 2 && Math.max(...waits) < 2 ** 31, String(waits));
    await other.close();
  });

  it("is deleted after its last run when that is its action after completion", async () => {
    const once = { scheduleExpression: "at(2026-01-01T05:00:00)" };
    await run.schedule("once", { ...once, actionAfterCompletion: "DELETE" });
    await run.schedule("kept", once);
    await run.schedule("twice", { endDate: "2026-01-01T02:00:00Z", actionAfterCompletion: "DELETE" });
    const names = async () => {
      const { Schedules } = await run.ask(user, "scheduler", "ListSchedules", {});
      return (Schedules as { Name: string }[]).map(({ Name }) => Name);
    };
    await clock.pass(hour);
    assert.deepEqual(await names(), ["kept", "once", "twice"]);
    await clock.pass(hour);
    assert.deepEqual(await names(), ["kept", "once"]);
    await clock.pass(3 * hour);
    assert.deepEqual(await names(), ["kept"]);
    assert.equal((await run.bodies("sweep")).length, 4);
  });

  it("is reported when it will never run", async () => {
    await run.schedule("late", { scheduleExpression: "at(2025-12-31T00:00:00)" });
    assert.match(run.problems.join(), /Schedule "late": at\(2025-12-31T00:00:00\) names no future time/);
  });

  it("runs at once on request, whatever its state", async () => {
    await run.schedule("off", { state: "DISABLED", target: { input: "<aws.scheduler.execution-id>" } });
    const result = await run.scheduler.runNow("off");
    assert.deepEqual(
      { ...result, executionId: "" },
      { scheduleArn: scheduleArn("off"), executionId: "", delivered: true },
    );
    assert.deepEqual(await run.bodies("sweep"), [result.executionId]);
    await run.schedule("lost", { target: { arn: queueArn("gone") } });
    const lost = await run.scheduler.runNow("default/lost");
    assert.equal(lost.delivered, false);
    assert.match(lost.error ?? "", /^AWS.SimpleQueueService.NonExistentQueue: /);
    await assert.rejects(run.scheduler.runNow("none"), {
      message: "Schedule none does not exist. There are: lost, off.",
    });
  });

  it("runs no more, and is not retried, after the run is closed", async () => {
    run.failures.push(throttled());
    await run.schedule("to-topic", { target: { arn: topicArn } });
    await clock.pass(hour);
    await run.scheduler.close();
    await clock.pass(2 * hour);
    assert.equal(run.asked.length, 1);
  });

  it("replaces an earlier one with its name", async () => {
    await run.schedule("hourly", { target: { input: "old" } });
    await run.schedule("hourly", { target: { input: "new" } });
    await clock.pass(hour);
    assert.deepEqual(await run.bodies("sweep"), ["new"]);
  });

  it("belongs to a group of the program", async () => {
    await assert.rejects(run.schedule("grouped", { groupName: "nights" }), /Schedule group nights does not exist/);
    await run.provision("aws:scheduler/scheduleGroup:ScheduleGroup", "nights", { tags: { a: "b" } });
    await run.schedule("grouped", { groupName: "nights", target: { input: "<aws.scheduler.schedule-arn>" } });
    await clock.pass(hour);
    assert.deepEqual(await run.bodies("sweep"), [scheduleArn("grouped", "nights")]);
  });

  it("follows a faster clock of the run", async () => {
    const other = await startDeliveries({ clock: createClock(360_000) });
    await other.createQueue("sweep");
    await other.provision("aws:scheduler/schedule:Schedule", "hourly", {
      scheduleExpression: "rate(1 hour)",
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: queueArn("sweep"), roleArn, input: "{}" },
    });
    // An hour in 10 ms.
    let received = 0;
    await until(async () => {
      received += (await other.receive("sweep")).length;
      return received >= 3;
    });
    await other.close();
  });
});
