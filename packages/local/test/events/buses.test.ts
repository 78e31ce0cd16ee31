// EventBridge of the local run: what its buses take, and which rules hand it on.
import assert from "node:assert/strict";
import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { eventBridgeClient, putEvents } from "../support/events";
import {
  type Deliveries,
  eventsArn,
  functionArn,
  queueArn,
  roleArn,
  startDeliveries,
  topicArn,
} from "../support/scheduler";
import { accountId, type ManualClock, manualClock, region } from "../support/sqs";

describe("an event bus on the local run", () => {
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

  const put = async (...entries: Partial<PutEventsRequestEntry>[]) => {
    const answer = await putEvents(client, ...entries);
    await clock.pass(0);
    return answer;
  };
  const details = async () => (await run.bodies("orders")).map((body) => JSON.parse(body).detail);

  it("delivers an event with its whole envelope to the targets of the matching rules, as EventBridge does", async () => {
    await run.rule("placed", {
      eventPattern: JSON.stringify({ source: ["shop"], detail: { amount: [{ numeric: [">", 5] }] } }),
    });
    await run.target("placed");
    const Time = new Date("2026-02-03T04:05:06.789Z");
    const Detail = '{"id":12345678901234567890,"amount":7}';
    const { Entries, FailedEntryCount } = await put({ Detail, Time, Resources: ["r-1"] }, { Detail: '{"amount":5}' });
    assert.equal(FailedEntryCount, 0);
    assert.deepEqual(await run.bodies("orders"), [
      `{"version":"0","id":"${Entries?.[0]?.EventId}","detail-type":"placed","source":"shop","account":"${accountId}","time":"2026-02-03T04:05:06Z","region":"${region}","resources":["r-1"],"detail":${Detail}}`,
    ]);
    const service = "events.amazonaws.com";
    assert.deepEqual(run.asked, [
      {
        ...run.asked[0],
        action: "SendMessage",
        principal: { kind: "service", service, sourceArn: eventsArn("rule/placed") },
      },
    ]);
  });

  it("uses the time of the request for an event without one", async () => {
    await run.rule("all");
    await run.target("all");
    await clock.pass(1234);
    await put({});
    const { time, resources } = JSON.parse((await run.bodies("orders"))[0] ?? "");
    assert.deepEqual([time, resources], ["2026-01-01T00:00:01Z", []]);
  });

  it("delivers to FIFO queues, topics and functions, and with a role where one is given", async () => {
    await run.createQueue("orders.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
    await run.rule("all");
    await run.target("all", { targetId: "q", arn: queueArn("orders.fifo"), sqsTarget: { messageGroupId: "g" } });
    await run.target("all", { targetId: "t", arn: topicArn, input: '"placed"' });
    await run.target("all", { targetId: "f", arn: functionArn, inputPath: "$.detail", roleArn });
    await put({ Detail: '{"id":1}', TraceHeader: "Root=1-2-3" });
    const [message] = await run.receive("orders.fifo");
    assert.deepEqual([message?.groupId, message?.traceHeader], ["g", "Root=1-2-3"]);
    const asked = (action: string) => run.asked.find((each) => each.action === action);
    assert.deepEqual(asked("Publish")?.input, { TopicArn: topicArn, Message: '"placed"' });
    const invoke = asked("Invoke");
    assert.deepEqual(invoke?.input, { FunctionName: functionArn, InvocationType: "Event", Payload: '{"id":1}' });
    assert.equal(invoke?.principal.kind === "service" && invoke.principal.roleArn, roleArn);
    assert.equal(asked("Publish")?.principal.kind === "service" && asked("Publish")?.input.roleArn, undefined);
  });

  it("keeps the rules of each bus apart, named by its name or its ARN", async () => {
    await run.bus("shop");
    const onShop = { eventBusName: eventsArn("event-bus/shop") };
    await run.rule("all", { eventPattern: { source: ["shop"] }, ...onShop });
    await run.target("all", { eventBusName: "shop" });
    await put({ Detail: '{"on":"default"}' });
    await put({ Detail: '{"on":"shop"}', EventBusName: "shop" });
    await put({ Detail: '{"on":"shop, too"}', EventBusName: onShop.eventBusName });
    assert.deepEqual(await details(), [{ on: "shop" }, { on: "shop, too" }]);
    const [asked] = run.asked;
    assert.equal(asked?.principal.kind === "service" && asked.principal.sourceArn, eventsArn("rule/shop/all"));
  });

  it("delivers nothing for a disabled rule, and delivers once for each rule and target", async () => {
    await run.rule("off", { eventPattern: '{"source":["shop"]}', state: "DISABLED" });
    await run.target("off");
    await run.rule("one");
    await run.target("one", { targetId: "a" });
    await run.target("one", { targetId: "b" });
    await run.rule("two");
    await run.target("two");
    await put({});
    assert.equal((await run.bodies("orders")).length, 3);
  });

  it("reports an event that is put on a bus which does not exist", async () => {
    const { FailedEntryCount } = await put({ EventBusName: "none" });
    assert.equal(FailedEntryCount, 0);
    assert.match(run.problems.join(), /^Event .* is lost: there is no event bus "none"\.$/);
  });

  it("accepts the valid entries of a request and reports the errors of the others", async () => {
    await run.rule("all");
    await run.target("all");
    const { Entries = [], FailedEntryCount } = await put(
      { Source: "" },
      { DetailType: "" },
      { Detail: "" },
      { Detail: "{" },
      { Detail: "[1]" },
      { Source: "aws.shop" },
      { Detail: '{"right":true}' },
    );
    const required = (name: string) => `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
    assert.equal(FailedEntryCount, 6);
    assert.deepEqual(
      Entries.slice(0, 6).map(({ ErrorCode, ErrorMessage }) => [ErrorCode, ErrorMessage]),
      [
        ["InvalidArgument", required("Source")],
        ["InvalidArgument", required("DetailType")],
        ["InvalidArgument", required("Detail")],
        ["MalformedDetail", "Detail is malformed."],
        ["MalformedDetail", "Detail is malformed."],
        ["NotAuthorizedForSourceException", "Not authorized for the source."],
      ],
    );
    assert.match(Entries[6]?.EventId ?? "", /^[0-9a-f-]{36}$/);
    assert.deepEqual(await details(), [{ right: true }]);
  });

  it("refuses a request that is too long or too large as a whole", async () => {
    await assert.rejects(put(...Array.from({ length: 11 }, () => ({}))), {
      name: "ValidationException",
      message: /length less than or equal to 10/,
    });
    await assert.rejects(client.send(new PutEventsCommand({ Entries: [] })), { name: "ValidationException" });
    // With "shop" and "placed", a byte too many.
    const detail = (bytes: number) => JSON.stringify({ a: "x".repeat(bytes - 8) });
    await put({ Detail: detail(1024 * 1024 - 11) });
    await assert.rejects(put({ Detail: detail(1024 * 1024 - 10) }), {
      name: "ValidationException",
      message: "Total size of the entries in the request is over the limit.",
    });
  });

  it("runs a rule with a schedule, in UTC, from its creation on", async () => {
    await run.rule("hourly", { scheduleExpression: "rate(1 hour)" });
    await run.target("hourly");
    await clock.pass(3_600_000 - 1);
    assert.deepEqual(await run.bodies("orders"), []);
    await clock.pass(1);
    const { id, ...event } = JSON.parse((await run.bodies("orders"))[0] ?? "");
    assert.deepEqual(event, {
      version: "0",
      "detail-type": "Scheduled Event",
      source: "aws.events",
      account: accountId,
      time: "2026-01-01T01:00:00Z",
      region,
      resources: [eventsArn("rule/hourly")],
      detail: {},
    });
    await run.rule("hourly", { scheduleExpression: "cron(30 * * * ? *)" });
    await clock.pass(3_600_000);
    assert.deepEqual(
      (await run.bodies("orders")).map((body) => JSON.parse(body).time),
      ["2026-01-01T01:30:00Z"],
    );
    await run.events.close();
    await clock.pass(86_400_000);
    assert.deepEqual(await run.bodies("orders"), []);
  });
});
