// Scheduler's API, and what is refused of the program's schedules.
import assert from "node:assert/strict";
import type { Value } from "@spillway/graph";
import { startFront } from "../../http/front";
import {
  type Deliveries,
  functionArn,
  queueArn,
  roleArn,
  scheduleArn,
  settle,
  startDeliveries,
} from "../support/scheduler";
import { accountId, type ManualClock, manualClock, region, user } from "../support/sqs";

const [_minute, _hour, _day] = [60_000, 3_600_000, 86_400_000];

describe("schedules", () => {
  let run: Deliveries;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = manualClock();
    run = await startDeliveries({ clock });
    await run.createQueue("sweep");
    await run.createQueue("dead");
  });
  afterEach(() => run.close());

  describe("in the API", () => {
    let address = "";
    let closeFront = async () => {};
    beforeEach(async () => {
      const { routes } = run.scheduler;
      const front = await startFront({ port: 0, ask: run.ask, identify: () => user, routes, region, accountId });
      address = front.address;
      closeFront = () => front.close();
    });
    afterEach(() => closeFront());

    const request = async (method: string, path: string) => {
      const response = await fetch(`${address}${path}`, { method });
      const answer = (await response.json()) as Record<string, Value>;
      return { status: response.status, error: response.headers.get("x-amzn-errortype"), answer };
    };

    it("are described", async () => {
      await run.schedule("hourly", {
        scheduleExpression: "rate(1 hour)",
        scheduleExpressionTimezone: "Europe/Berlin",
        description: "sweeps",
        target: { deadLetterConfig: { arn: queueArn("dead") }, retryPolicy: { maximumRetryAttempts: 2 } },
      });
      const { status, answer } = await request("GET", "/schedules/hourly?groupName=default");
      const at = Date.UTC(2026, 0, 1) / 1000;
      assert.equal(status, 200);
      assert.deepEqual(answer, {
        Arn: scheduleArn("hourly"),
        Name: "hourly",
        GroupName: "default",
        State: "ENABLED",
        CreationDate: at,
        LastModificationDate: at,
        ActionAfterCompletion: "NONE",
        Description: "sweeps",
        FlexibleTimeWindow: { Mode: "OFF" },
        ScheduleExpression: "rate(1 hour)",
        ScheduleExpressionTimezone: "Europe/Berlin",
        Target: {
          Arn: queueArn("sweep"),
          RoleArn: roleArn,
          Input: "{}",
          DeadLetterConfig: { Arn: queueArn("dead") },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 2 },
        },
      });
    });

    it("are listed, in pages, by prefix and state", async () => {
      for (const name of ["a1", "a2", "b1"])
        await run.schedule(name, { state: name === "a2" ? "DISABLED" : "ENABLED" });
      const names = async (query: string) => {
        const { Schedules, NextToken } = (await request("GET", `/schedules${query}`)).answer;
        return { names: (Schedules as { Name: string }[]).map(({ Name }) => Name), NextToken };
      };
      assert.deepEqual(await names(""), { names: ["a1", "a2", "b1"], NextToken: undefined });
      const first = await names("?MaxResults=2");
      assert.deepEqual(first.names, ["a1", "a2"]);
      assert.deepEqual((await names(`?MaxResults=2&NextToken=${first.NextToken}`)).names, ["b1"]);
      assert.deepEqual((await names("?NamePrefix=a&State=DISABLED")).names, ["a2"]);
      assert.deepEqual((await names("?ScheduleGroup=other")).names, []);
      const { ScheduleGroups } = (await request("GET", "/schedule-groups")).answer;
      assert.deepEqual(
        (ScheduleGroups as { Name: string }[]).map(({ Name }) => Name),
        ["default"],
      );
    });

    it("can be changed in the program only", async () => {
      for (const method of ["POST", "PUT", "DELETE"]) {
        const { status, error, answer } = await request(method, "/schedules/hourly");
        assert.deepEqual([status, error], [400, "ValidationException"]);
        assert.match(String(answer.Message), /kept in the program: edit it there/);
      }
    });

    it("are run at once by a page of the local run", async () => {
      await run.schedule("hourly", { target: { input: "now" } });
      const { status, answer } = await request("POST", "/_spillway/schedules/hourly/run");
      assert.deepEqual([status, answer.delivered], [200, true]);
      assert.deepEqual(await run.bodies("sweep"), ["now"]);
      assert.equal((await request("POST", "/_spillway/schedules/default/hourly/run")).status, 200);
      const none = await request("POST", "/_spillway/schedules/none/run");
      assert.deepEqual([none.status, none.error], [404, "ResourceNotFoundException"]);
      assert.match(String(none.answer.Message), /^Schedule none does not exist\. There are: .*hourly.*\.$/);
      assert.match(String((await request("GET", "/_spillway/schedules/hourly")).answer.Message), /POST .*<name>\/run/);
      await settle();
    });
  });

  const refused: readonly (readonly [string, Record<string, Value>, RegExp])[] = [
    [
      "an expression that is none",
      { scheduleExpression: "rate(0 hours)" },
      /Invalid Schedule Expression rate\(0 hours\)/,
    ],
    ["a time zone that is none", { scheduleExpressionTimezone: "Mars/Olympus" }, /Invalid ScheduleExpressionTimezone/],
    ["an end before the start", { startDate: "2026-02-01T00:00:00Z", endDate: "2026-01-01T00:00:00Z" }, /EndDate/],
    ["a state that is none", { state: "PAUSED" }, /'PAUSED' at 'state' .* enum value set: \[ENABLED, DISABLED\]/],
    ["a window without its length", { flexibleTimeWindow: { mode: "FLEXIBLE" } }, /MaximumWindowInMinutes must be set/],
    [
      "too long a window",
      { flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 1441 } },
      /'1441' .* less than or equal to 1440/,
    ],
    ["too many retries", { target: { retryPolicy: { maximumRetryAttempts: 186 } } }, /'186' at 'target.retryPolicy/],
    ["too short an age", { target: { retryPolicy: { maximumEventAgeInSeconds: 59 } } }, /'59' .* equal to 60/],
    ["a FIFO dead-letter queue", { target: { deadLetterConfig: { arn: queueArn("d.fifo") } } }, /deadLetterConfig.arn/],
    ["a target without a role", { target: { roleArn: "" } }, /'target.roleArn' .* must not be null/],
    ["a FIFO queue without a group", { target: { arn: queueArn("q.fifo") } }, /messageGroupId must be set/],
    ["a text for a function", { target: { arn: functionArn, input: "hello" } }, /well-formed JSON/],
    ["a bus without a source", { target: { arn: "arn:aws:events:r:0:event-bus/b" } }, /eventBridgeParameters.source/],
    ["other targets", { target: { arn: "arn:aws:states:r:0:stateMachine:s" } }, /queues, topics, functions and event/],
    ["parameters of other targets", { target: { ecsParameters: { taskDefinitionArn: "a" } } }, /target.ecsParameters/],
    ["properties that it does not know", { shape: "round" }, /does not have shape/],
  ];
  for (const [what, inputs, message] of refused) {
    it(`refuse ${what}`, async () => {
      await assert.rejects(run.schedule("wrong", inputs), (error: Error) => {
        assert.match(error.message, /^aws:scheduler\/schedule:Schedule "wrong": /);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
