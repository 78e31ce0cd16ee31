// What a test can ask of a program, and what it is told when it asks for something else.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import { startLocal, type TestRun } from "spillway/testing";

const program = path.join(__dirname, "fixtures", "waiting");

describe("a test of a program", () => {
  // Without the program's consumers, as a test in JavaScript has it.
  let run: TestRun;
  before(async () => {
    run = await startLocal({ program });
  });
  after(() => run?.stop());

  for (const [what, call, says] of [
    [
      "a name that is almost right",
      () => run.send("retrid", {}),
      'send("retrid"): The program has no consumer with a queue "retrid". Did you mean "retried"? ' +
        "There are: retried, batched, ordered, crashing.",
    ],
    [
      "the name of a stream, for send",
      () => run.send("counted", {}),
      'send("counted"): It is a StreamConsumer. Call put for a stream.',
    ],
    [
      "the name of a queue, for put",
      () => run.put("retried", {}),
      'put("retried"): It is a QueueConsumer. Call send for a queue.',
    ],
    [
      "an unknown topic",
      () => run.publish("news", "job.asked", {}),
      'publish("news"): The program has no topic "news". There are: asked, turns.',
    ],
    [
      "an unknown table",
      () => run.table("dones").items(),
      'table("dones"): The program has no table "dones". Did you mean "done"? There are: done.',
    ],
    [
      "another key than the table's",
      () => run.table("done").get({ name: "item" }),
      "table(\"done\").get({ name: 'item' }): The provided key element does not match the schema",
    ],
    [
      "a name of which nothing resembles any other",
      () => run.send("", {}),
      'send(""): The program has no consumer with a queue "". There are: retried, batched, ordered, crashing.',
    ],
    [
      "an unknown schedule",
      () => run.tick("hourly"),
      'tick("hourly"): The program has no schedule "hourly". There are: nightly.',
    ],
    [
      "an endpoint that is not there",
      () => run.post("/jobs", {}),
      'post("/jobs"): The program has no endpoint. Give it an HttpIngress, or call send for a queue.',
    ],
    [
      "the dead letters of a table",
      () => run.deadLetters("done"),
      'deadLetters("done"): It is a Table. Dead letters are those of its TableConsumer.',
    ],
  ] as const) {
    it(`is told what there is when it gives ${what}`, () => assert.rejects(call, { message: says }));
  }

  it("is told what the schema has against an event, and can send it nevertheless", async () => {
    await assert.rejects(run.send("retried", { id: 1, failures: "two" }), {
      message: [
        'send("retried"): The schema of its callback refuses this event:',
        "  - id: Invalid type: Expected string but received 1",
        '  - failures: Invalid type: Expected number but received "two"',
        'To send it nevertheless, as a poison message: send("retried", event, { unchecked: true }).',
      ].join("\n"),
    });
    await assert.rejects(run.put("counted", {}), /put\("counted"\): The schema of its callback refuses this event/);
    await run.send("retried", { id: 1 }, { unchecked: true });
    await run.send("retried", "{", { unchecked: true });
    await run.put("counted", "no record", { unchecked: true });
    await run.settled();
    const letters = await run.deadLetters("retried");
    const bodies = letters.map(({ body, reason }) => `${reason.errorType}: ${JSON.stringify(body)}`);
    assert.deepEqual(bodies.sort(), ['InvalidEvent: "{"', 'InvalidEvent: {"id":1}']);
    const [record] = await run.deadLetters("counted");
    assert.deepEqual([record?.event, record?.reason.errorType], ["no record", "InvalidEvent"]);
  });

  it("sends and publishes characters that SQS refuses as escapes of JSON, as a callback does", async () => {
    const [sent, published] = ["sent \uffff\ufffe\u0001", "published \uffff\ufffe\u0001"];
    await run.send("retried", { id: sent });
    await run.send("retried", { id: sent, failures: "all" }, { unchecked: true });
    await run.publish("asked", "job.asked", { id: published, failures: 99 });
    await run.settled();
    assert.equal((await run.table("done").get({ id: sent }))?.attempts, 1);
    const letters = await run.deadLetters("retried");
    assert.ok(letters.some(({ event }) => (event as { readonly id: unknown }).id === sent));
    const [{ body } = assert.fail()] = await run.deadLetters("announced");
    const { requestPayload } = body as { requestPayload: { Records: [{ Sns: { Message: string } }] } };
    const { Message } = requestPayload.Records[0].Sns;
    assert.match(Message, /"published \\uffff\\ufffe\\u0001"/);
    assert.equal(JSON.parse(Message).data.id, published);
  });

  it("sends a correlation id as an attribute only where SQS and filters of SNS can read it, as a callback does", async () => {
    const event = { id: "odd flow", failures: "all" };
    const messageId = await run.send("retried", event, { unchecked: true, correlationId: "odd \u0001" });
    await run.publish("asked", "job.asked", { id: "quoted flow" }, { correlationId: 'the "quoted" flow' });
    await run.settled();
    assert.equal((await run.table("done").get({ id: "quoted flow" }))?.attempts, 1);
    const letters = await run.deadLetters("retried");
    const odd = letters.find(({ event }) => (event as { readonly id?: unknown }).id === "odd flow");
    assert.equal(odd?.reason.correlationId, messageId);
  });

  it("reads and writes items as plain values, with sets", async () => {
    const item = { id: "item", n: 1.5, list: ["a", { b: true }], set: new Set(["x", "y"]), none: null };
    await run.table("done").put(item);
    assert.deepEqual(await run.table("done").get({ id: "item" }), item);
    assert.equal(await run.table("done").get({ id: "other" }), undefined);
    await assert.rejects(run.table("done").put({ id: "dated", at: new Date(0) }), {
      message:
        `table("done").put({ id: 'dated', at: 1970-01-01T00:00:00.000Z }): Unsupported type passed: ${new Date(0)}. ` +
        "A table has texts, numbers, booleans, null, binary data, lists, objects and sets. " +
        "Write a date as a text: date.toISOString().",
    });
    await run.settled();
  });

  it("gives a message its attributes, its group and the id of its flow", async () => {
    const options = { correlationId: "flow-1", messageGroupId: "g-1", attributes: { tenant: "t-1" } };
    await run.send("ordered", { id: "sent", failures: 99 }, options);
    const attributes = { correlationId: "flow-2" };
    await run.send("ordered", { id: "sent too", failures: 99 }, { attributes });
    await run.settled();
    const letters = await run.deadLetters("ordered");
    const told = letters.map(({ attributes, reason }) => [reason.correlationId, attributes]);
    assert.deepEqual(Object.fromEntries(told), {
      "flow-1": { tenant: "t-1", correlationId: "flow-1" },
      "flow-2": attributes,
    });
  });

  it("publishes an event at the time of the run, with the type that is given", async () => {
    await run.advance({ days: 1 });
    await run.publish("asked", "job.asked", { id: "published", type: "job.done", failures: 99 });
    await run.settled();
    const letter = (await run.deadLetters("announced")).at(-1);
    assert.ok(letter);
    const { requestPayload } = letter.body as { requestPayload: { Records: [{ Sns: { Message: string } }] } };
    const { time, data } = JSON.parse(requestPayload.Records[0].Sns.Message);
    assert.ok(Date.parse(time) - Date.now() > 23 * 3_600_000, time);
    assert.deepEqual(data, { id: "published", type: "job.asked", failures: 99 });
  });

  it("refuses a time that does not pass", () => {
    assert.throws(() => run.advance({ hours: -1 }), /^TypeError: advance: { hours: -1 } is no time that passes/);
    assert.throws(() => run.advance({ days: Number.NaN }), /advance: { days: NaN } is no time that passes/);
    assert.throws(() => run.advance({}), TypeError);
  });
});

describe("the end of a test of a program", () => {
  it("tells of dead letters that no test has read, with the reason and the log of their flow", async () => {
    const run = await startLocal({ program });
    const flow = await run.send("retried", { id: "unread", failures: 99 });
    await run.send("retried", { id: "fine" });
    await run.settled();
    await assert.rejects(run.stop(), ({ message }: Error) => {
      assert.match(message, /^No test has read this dead letter:/);
      assert.match(message, /retried: Error: attempt 5 of unread fails \(attempt 5\)/);
      assert.match(message, /event: {"id":"unread","failures":99}/);
      const attempts = message.match(/dead-lettered|retried \(attempt \d\)/g) ?? [];
      assert.deepEqual(attempts.filter((each) => each.startsWith("retried")).length, 4, message);
      assert.ok(message.includes(flow));
      assert.match(message, /fixtures\/waiting\/callbacks\.ts:\d+/);
      assert.ok(!message.includes("fine"));
      return true;
    });
    await assert.rejects(run.settled(), /The local run has ended/);
  });

  it("tells why a program cannot start", async () => {
    await assert.rejects(
      startLocal({ program: path.join(__dirname, "nowhere") }),
      /program is ".*nowhere", and there is no/,
    );
    await assert.rejects(startLocal({ program, stack: "prod" }), /There is no stack "prod"/);
    await assert.rejects(startLocal({ program, inspectPort: 80 }), {
      message: "startLocal: inspectPort is 80. Give a whole number from 1,024 to 65,000.",
    });
  });
});
