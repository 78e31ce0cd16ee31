import { strict as assert } from "node:assert";
import type { Value } from "@spillway/graph";
import { note } from "../../test/support/callbacks";
import { Recorded, refusal } from "../../test/support/component-graph";
import { QueueConsumer } from "../queue-consumer";
import { openEnvelope } from "../runtime/batch/envelope";
import { Schedule } from "../schedule";

const type = "aws:scheduler/schedule:Schedule";

describe("Schedule", () => {
  it("sends its event to the queue with its own role, with retries and dead letters", async () => {
    const program = () => {
      const target = new QueueConsumer("sweep", { callback: note });
      new Schedule("hourly", { expression: "rate(1 hour)", target, event: { id: "all" } });
    };
    const graph = await Recorded.of(program);
    const [queue, dead] = ["sweep", "hourly-dead-letters"].map(
      (name) => graph.one("aws:sqs/queue:Queue", name).outputs.arn,
    );
    const role = graph.one("aws:iam/role:Role", "hourly");
    const schedule = graph.one(type);
    assert.deepEqual(schedule.inputs, {
      scheduleExpression: "rate(1 hour)",
      scheduleExpressionTimezone: "UTC",
      flexibleTimeWindow: { mode: "OFF" },
      state: "ENABLED",
      target: {
        arn: queue,
        roleArn: role.outputs.arn,
        input: '{"id":"all"}',
        retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 3600 },
        deadLetterConfig: { arn: dead },
      },
    });
    assert.ok(schedule.options.dependsOn.includes(graph.one("aws:iam/rolePolicy:RolePolicy", "hourly").urn));
    assert.deepEqual(JSON.parse(String(role.inputs.assumeRolePolicy)).Statement, [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "scheduler.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": "000000000000" } },
      },
    ]);
    assert.deepEqual(graph.json("aws:iam/rolePolicy:RolePolicy", "hourly", "policy").Statement, [
      { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [queue, dead] },
    ]);
    const preview = await Recorded.of(program, { preview: true });
    assert.equal(preview.graph.resources.length, graph.graph.resources.length);
  });

  it("sends an event in characters that SQS accepts, and refuses one that is not JSON", async () => {
    const sending = (id: string) => () => {
      new Schedule("hourly", {
        expression: "rate(1 hour)",
        target: new QueueConsumer("sweep", { callback: note }),
        event: { id },
      });
    };
    const { target } = (await Recorded.of(sending("a\uffff\ud800"))).one(type).inputs;
    const { input } = target as { readonly input: string };
    assert.equal(input, '{"id":"a\\uffff\\ud800"}');
    const circle = { id: "a", toJSON: () => 1n };
    const message = await refusal(() => {
      new Schedule("hourly", {
        expression: "rate(1 hour)",
        target: new QueueConsumer("sweep", { callback: note }),
        event: circle,
      });
    });
    assert.match(
      message,
      /^Schedule "hourly": event cannot be sent\. The event is not JSON: .*BigInt.* Give plain values\.$/,
    );
  });

  it("loses no invocation to the deduplication of a FIFO queue, which lasts five minutes", async () => {
    const graph = await Recorded.of(() => {
      const target = new QueueConsumer("sweep", { callback: note, fifo: true, contentBasedDeduplication: true });
      const event = { id: "all" };
      new Schedule("often", { expression: "rate(1 minute)", target, event, messageGroupId: "sweeps" });
    });
    const { input } = graph.one(type).inputs.target as { readonly input: string };
    const attributes = (moment: string) => ({
      "scheduled-time": moment,
      "schedule-arn": "arn:aws:scheduler:eu-west-1:000000000000:schedule/default/often",
    });
    const sentAt = (moment: string) =>
      Object.entries(attributes(moment)).reduce(
        (text, [name, value]) => text.replaceAll(`<aws.scheduler.${name}>`, value),
        input,
      );
    const [first, next] = [sentAt("2026-12-24T18:00:00Z"), sentAt("2026-12-24T18:01:00Z")];
    assert.notEqual(first, next);
    assert.doesNotMatch(first, /<aws\./, "every attribute is one that Scheduler has");
    for (const body of [first, next]) assert.deepEqual(openEnvelope(JSON.parse(body)).event, { id: "all" });
  });

  it("encrypts its event with the stack's key, which its role may use through SQS and for schedules", async () => {
    const kmsKeyArn = "arn:aws:kms:eu-west-1:000000000000:key/data";
    const graph = await Recorded.of(() => {
      const target = new QueueConsumer("sweep", { callback: note });
      new Schedule("hourly", { expression: "rate(1 hour)", target, event: { id: "all" }, kmsKeyArn });
    });
    assert.equal(graph.one(type).inputs.kmsKeyArn, kmsKeyArn);
    const { Statement } = graph.json("aws:iam/rolePolicy:RolePolicy", "hourly", "policy");
    assert.deepEqual((Statement as Value[]).slice(1), [
      {
        Effect: "Allow",
        Action: ["kms:GenerateDataKey", "kms:Decrypt"],
        Resource: [kmsKeyArn],
        Condition: { StringLike: { "kms:ViaService": "sqs.eu-west-1.*" } },
      },
      {
        Effect: "Allow",
        Action: ["kms:Decrypt"],
        Resource: [kmsKeyArn],
        Condition: {
          ArnLike: {
            "kms:EncryptionContext:aws:scheduler:schedule:arn": "arn:aws:scheduler:eu-west-1:000000000000:schedule/*",
          },
        },
      },
    ]);
  });

  it("accepts a time zone, a window, dates, a group and its own retries", async () => {
    const graph = await Recorded.of(() => {
      const target = new QueueConsumer("sweep", { callback: note, fifo: true, contentBasedDeduplication: true });
      new Schedule("daily", {
        expression: "cron(0 6 ? * MON-FRI *)",
        timeZone: "Europe/Berlin",
        flexibleWindow: 15,
        startDate: "2027-01-01T00:00:00Z",
        endDate: "2028-01-01T00:00:00Z",
        messageGroupId: "g",
        maximumRetryAttempts: 3,
        maximumEventAge: 60,
        enabled: false,
        target,
        event: { id: "all" },
      });
    });
    const { target, ...schedule } = graph.one(type).inputs;
    assert.deepEqual(schedule, {
      scheduleExpression: "cron(0 6 ? * MON-FRI *)",
      scheduleExpressionTimezone: "Europe/Berlin",
      flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 },
      startDate: "2027-01-01T00:00:00Z",
      endDate: "2028-01-01T00:00:00Z",
      state: "DISABLED",
    });
    const { sqsParameters, retryPolicy } = target as Record<string, object>;
    assert.deepEqual(sqsParameters, { messageGroupId: "g" });
    assert.deepEqual(retryPolicy, { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 60 });
  });

  it("is refused with all errors together", async () => {
    const message = await refusal(() => {
      const target = new QueueConsumer("sweep", { callback: note, fifo: true });
      new Schedule("s", {
        expression: "every hour",
        timeZone: "Mars/Olympus",
        startDate: "2027-01-02T00:00:00Z",
        endDate: "2027-02-30T00:00:00Z",
        flexibleWindow: 0,
        maximumRetryAttempts: 186,
        maximumEventAge: 59,
        target,
        event: { id: "all" },
      });
    });
    for (const says of [
      "flexibleWindow is 0 minutes; Scheduler allows a whole number from 1 to 1440 minutes.",
      "maximumRetryAttempts is 186; Scheduler allows a whole number from 0 to 185.",
      "maximumEventAge is 59 s; Scheduler allows a whole number from 60 to 86400 s.",
      'expression is "every hour"; Scheduler allows rate(1 hour)',
      'timeZone is "Mars/Olympus"; give an IANA time zone',
      'endDate is "2027-02-30T00:00:00Z"; Scheduler accepts a day and time that exist, written as 2026-12-24T00:00:00Z.',
      "its target is a FIFO queue, which needs a messageGroupId",
      "its target is a FIFO queue without contentBasedDeduplication, and no deduplication id can be sent",
    ]) {
      assert.ok(message.includes(says), `${says}\n${message}`);
    }
  });

  for (const [what, args, says] of [
    [
      "an event that is larger than a message",
      { event: { id: "é".repeat(524_284) } },
      /event has 1048577 bytes as JSON; SQS takes 1048576 in a message\./,
    ],
    ["a minute that no hour has", { expression: "cron(99 0 * * ? *)" }, /: minutes cannot be "99"\./],
    [
      "a day of the month and of the week",
      { expression: "cron(0 12 * * 1 *)" },
      /exactly one of day-of-month and day-of/,
    ],
    [
      "a day that no month has",
      { expression: "at(2027-02-30T00:00:00)" },
      /at\(2027-02-30T00:00:00\)"; Scheduler allows .*: there is no such day or time\./,
    ],
    ["an offset as a time zone", { timeZone: "+01:00" }, /timeZone is "\+01:00"; give an IANA time zone/],
    [
      "an end before its start",
      { startDate: "2027-01-02T00:00:00Z", endDate: "2027-01-02T01:00:00+01:00" },
      /endDate 2027-01-02T01:00:00\+01:00 is not after startDate 2027-01-02T00:00:00Z, as Scheduler requires/,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const program = () => {
        const target = new QueueConsumer("sweep", { callback: note });
        new Schedule("s", { expression: "rate(1 hour)", event: { id: "all" }, target, ...args });
      };
      assert.match(await refusal(program), says);
    });
  }
});
