// Longer than 250 lines because all flows of the pipeline share one run here.
import { strict as assert } from "node:assert";
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { Run, raise, reasonOf } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

const order = (orderId: string, more: object = {}) => ({
  orderId,
  customerId: "c-1",
  items: [{ sku: "book", quantity: 2 }],
  ...more,
});

describe("the pipeline on this machine", () => {
  let run: Run;
  before(async () => {
    run = await Run.start();
  });
  after(() => run?.stop());

  const post = async (body: unknown, headers: Record<string, string> = { "content-type": "application/json" }) => {
    const response = await fetch(`${run.output("apiUrl")}/orders`, {
      method: "POST",
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const placed = (orderId: string) => run.item("ordersTableName", { orderId });

  it("accepts an order at the endpoint and writes it to the table", async () => {
    const { status, body } = await post(order("o-1", { customerId: `it's "É" & 😀 + 1%` }));
    assert.equal(status, 202);
    assert.match(String(body.messageId), /^[0-9a-f-]{36}$/);
    await until(async () => (await placed("o-1")) !== undefined);
    const { createdAt, status: state, reservedAt: _later, ...item } = (await placed("o-1")) ?? {};
    const asked = order("o-1", { customerId: `it's "É" & 😀 + 1%` });
    assert.deepEqual(item, { ...asked, correlationId: body.messageId });
    assert.ok(state === "placed" || state === "reserved", `it is ${state}`);
    assert.ok(Math.abs(Date.now() - Date.parse(String(createdAt))) < 60_000);
  });

  for (const [what, body, says] of [
    ["without items", { orderId: "o-2", customerId: "c" }, '[object has missing required properties (["items"])]'],
    [
      "with an unknown property",
      order("o-2", { vip: true }),
      '[object instance has properties which are not allowed by the schema: ["vip"]]',
    ],
    [
      "with a quantity above 1000",
      order("o-2", { items: [{ sku: "b", quantity: 1001 }] }),
      "[numeric instance is greater than the required maximum (maximum: 1000, found: 1001)]",
    ],
  ] as const) {
    it(`refuses a body ${what} at the gateway, in API Gateway's words`, async () => {
      assert.deepEqual(await post(body), { status: 400, body: { message: "Invalid request body", errors: says } });
    });
  }

  it("refuses other content types, bodies that are too large for SQS, and unknown paths", async () => {
    assert.deepEqual(await post(order("o-2"), { "content-type": "text/plain" }), {
      status: 415,
      body: { message: "Unsupported Media Type" },
    });
    const large = order("o-2", { items: Array.from({ length: 50 }, (_, n) => ({ sku: `s${n}`, quantity: 1 })) });
    const padded = `${JSON.stringify(large).slice(0, -1)}${" ".repeat(1_048_576)}}`;
    const tooLarge = await post(padded);
    assert.equal(tooLarge.status, 413);
    assert.match(String(tooLarge.body.message), /larger than 1 MiB/);
    const unknown = await fetch(`${run.output("apiUrl")}/nothing`, { method: "POST" });
    assert.deepEqual([unknown.status, await unknown.json()], [403, { message: "Missing Authentication Token" }]);
  });

  it("creates one order from the same order sent a hundred times at once, through the endpoint and the queue", async () => {
    const same = order("o-100");
    const answers = await Promise.all([
      ...Array.from({ length: 50 }, async () => (await post(same)).status),
      ...Array.from({ length: 50 }, () => run.send("ordersQueueUrl", same)),
    ]);
    assert.equal(answers.filter((answer) => answer === 202).length, 50);
    await until(() => emptied("ordersQueueUrl"));
    const orders = (await run.items("ordersTableName")).filter(({ orderId }) => orderId === "o-100");
    assert.equal(orders.length, 1);
    assert.deepEqual(await counts("ordersDeadLetterQueueUrl"), [0, 0]);
  });

  it("dead-letters an invalid order at once, with its body, attributes and reason", async () => {
    await run.send("ordersQueueUrl", order("o-1", { customerId: "another" }));
    await run.send("ordersQueueUrl", "not JSON", {
      attributes: { tenant: { DataType: "String", StringValue: "t-1" } },
    });
    await run.send("ordersQueueUrl", { orderId: "x y" });
    const ten = Object.fromEntries(
      Array.from({ length: 10 }, (_, n) => [`a${n}`, { DataType: "Number.int", StringValue: String(n) }]),
    );
    await run.send("ordersQueueUrl", { hello: "ten" }, { attributes: ten });
    const letters = await run.receive("ordersDeadLetterQueueUrl", 4);
    const by = (body: string) =>
      letters.find(({ Body }) => Body?.includes(body)) ?? assert.fail(`no dead letter with ${body}`);

    const conflict = reasonOf(by("another"));
    assert.equal(conflict.errorType, "OrderConflict");
    assert.equal(conflict.errorMessage, "Order o-1 was placed before with other content.");
    assert.equal(conflict.attempts, 1);

    const text = by("not JSON");
    assert.equal(text.MessageAttributes?.tenant?.StringValue, "t-1");
    assert.equal(reasonOf(text).errorType, "InvalidEvent");
    assert.match(
      String(reasonOf(by("x y")).errorMessage),
      /^orderId: Invalid format.*; customerId: Invalid key.*; items: Invalid key/,
    );

    const folded = by("ten");
    assert.deepEqual(Object.keys(folded.MessageAttributes ?? {}), ["DeadLetterReason"]);
    assert.deepEqual((reasonOf(folded).attributes as Record<string, unknown>).a7, {
      DataType: "Number.int",
      StringValue: "7",
    });
  });

  it("processes an order through the whole pipeline under one id, and a repeated order changes nothing", async () => {
    const items = [{ sku: "lamp", quantity: 3 }];
    const { body } = await post(order("o-whole", { items }));
    const { messageId: flow } = body;
    const all = async () => ({
      order: await placed("o-whole"),
      stock: await run.item("stockTableName", { sku: "lamp" }),
      notification: await run.item("notificationsTableName", { orderId: "o-whole" }),
      audit: (await run.items("auditTableName")).filter(({ orderId }) => orderId === "o-whole"),
    });
    await until(async () => {
      const { order: item, notification, audit } = await all();
      return item?.status === "reserved" && notification !== undefined && audit.length > 0;
    });
    const before = await all();
    assert.deepEqual(before.stock, { sku: "lamp", available: 999_997, reserved: 3 });
    assert.deepEqual(
      [before.order, before.notification, ...before.audit].map((item) => item?.correlationId),
      [flow, flow, flow],
    );
    assert.deepEqual(
      before.audit.map(({ type, eventId, data }) => [type, eventId, data]),
      [["order.placed", "o-whole.order.placed", { customerId: "c-1", items }]],
    );
    const batches = run.lines.filter((line) => line.includes('"message":"batch"') && line.includes(String(flow)));
    assert.equal(batches.length, 5, "each of the five functions says under which id it has run");

    await post(order("o-whole", { items }));
    await until(() => run.lines.some((line) => line.includes("order was placed before") && line.includes("o-whole")));
    await until(async () => (await emptied("fulfilmentQueueUrl")) && (await emptied("notificationsQueueUrl")));
    assert.deepEqual(await all(), before);
  });

  it("passes characters that SQS refuses through the pipeline, where JSON escapes them, and refuses them unescaped", async () => {
    const odd = order("o-odd", { customerId: "a\uffff\ufffe" });
    const escaped = JSON.stringify(odd).replace("\uffff", "\\uffff").replace("\ufffe", "\\ufffe");
    assert.equal((await post(escaped)).status, 202);
    await until(async () => (await run.item("notificationsTableName", { orderId: "o-odd" })) !== undefined);
    assert.equal((await placed("o-odd"))?.customerId, odd.customerId);
    assert.equal((await run.item("notificationsTableName", { orderId: "o-odd" }))?.customerId, odd.customerId);
    assert.deepEqual(await post(JSON.stringify(odd)), {
      status: 400,
      body: { message: "The body contains characters that SQS does not allow." },
    });
  });

  it("counts a customer's activity, and dead-letters an invalid one with its payload", async () => {
    const kinesis = new KinesisClient({
      endpoint: run.local.address,
      region: run.local.graph.region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      const record = (customerId: string, kind: string) => ({
        PartitionKey: customerId,
        Data: Buffer.from(JSON.stringify({ customerId, kind, sku: "book", at: "2026-01-01T00:00:00Z" })),
      });
      await kinesis.send(
        new PutRecordsCommand({
          StreamName: run.output("activityStreamName"),
          Records: [
            ...Array.from({ length: 20 }, () => record("c-1", "viewed")),
            record("c-1", "stolen"),
            record("c-1", "bought"),
            record("c-2", "added"),
          ],
        }),
      );
      const countsOf = async (customerId: string) => {
        const { viewed, added, bought } = (await run.item("activityTableName", { customerId })) ?? {};
        return [viewed, added, bought];
      };
      await until(async () => (await countsOf("c-1"))[2] === 1 && (await countsOf("c-2"))[1] === 1);
      assert.deepEqual(await countsOf("c-1"), [20, 0, 1]);
      assert.deepEqual(await countsOf("c-2"), [0, 1, 0]);
      const [letter] = await run.receiveFrom(deadLettersOf("activity"), 1);
      assert.ok(letter);
      const { encoding, partitionKey, errorType, shardId } = reasonOf(letter);
      assert.deepEqual([encoding, partitionKey, errorType], ["base64", "c-1", "InvalidEvent"]);
      assert.match(String(shardId), /^shardId-\d{12}$/);
      assert.equal(JSON.parse(Buffer.from(letter.Body ?? "", "base64").toString()).kind, "stolen");
    } finally {
      kinesis.destroy();
    }
  });

  it("marks orders that were placed long ago on schedule, and reports them to the audit", async () => {
    const createdAt = new Date(Date.now() - 25 * 3_600_000).toISOString();
    // More of a sku than there ever was: its stock cannot be reserved.
    const items = Array.from({ length: 50 }, () => ({ sku: "star", quantity: 1000 }));
    const enormous = Array.from({ length: 21 }, (_, n) => order(`o-star-${n}`, { items }));
    for (const each of enormous) {
      const Item = { ...each, status: "placed", createdAt, correlationId: `flow-${each.orderId}` };
      await run.tables.send(new PutCommand({ TableName: run.output("ordersTableName"), Item }));
    }
    const [letter] = await run.receiveFrom(deadLettersOf("fulfilment"), 1);
    assert.equal(letter && reasonOf(letter).errorType, "OutOfStock");
    const left = JSON.parse(letter?.Body ?? "{}").data.orderId as string;
    const name = run.local.graph.resources.find(({ type }) => type === "aws:scheduler/schedule:Schedule")?.outputs.name;
    const { status } = await fetch(`${run.local.address}/_spillway/schedules/${name}/run`, { method: "POST" });
    assert.equal(status, 200);
    await until(async () => (await placed(left))?.status === "abandoned");
    const line = () =>
      run
        .items("auditTableName")
        .then((all) => all.find((item) => item.orderId === left && item.type === "order.abandoned"));
    await until(async () => (await line()) !== undefined);
    assert.equal((await line())?.correlationId, `flow-${left}`);
  });

  const deadLettersOf = (consumer: string) =>
    (run.local.graph.outputs.deadLetters as Record<string, { url: string }>)[consumer]?.url ?? raise(`no ${consumer}`);
  const counts = async (queue: string) => {
    const { Attributes = {} } = await run.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: run.output(queue), AttributeNames: ["All"] }),
    );
    return [Attributes.ApproximateNumberOfMessages, Attributes.ApproximateNumberOfMessagesNotVisible].map(Number);
  };
  const emptied = async (queue: string) => (await counts(queue)).every((count) => count === 0);
});

describe("the pipeline on this machine, with other settings", () => {
  it("refuses an unsigned request where the endpoint is not public", async () => {
    const run = await Run.start({ config: { publicEndpoint: "false" } });
    try {
      const url = `${run.output("apiUrl")}/orders`;
      const headers = { "content-type": "application/json" };
      const unsigned = await fetch(url, { method: "POST", headers, body: JSON.stringify(order("o-1")) });
      assert.deepEqual([unsigned.status, await unsigned.json()], [403, { message: "Missing Authentication Token" }]);
      const authorization =
        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/execute-api/aws4_request, SignedHeaders=host, Signature=0";
      const signed = await fetch(url, {
        method: "POST",
        headers: { ...headers, authorization },
        body: JSON.stringify(order("o-1")),
      });
      assert.equal(signed.status, 202);
    } finally {
      await run.stop();
    }
  });

  it("reports the errors of a program and of its configuration, and leaves nothing behind", async () => {
    await assert.rejects(
      Run.start({ stack: "nowhere" }),
      /There is no stack "nowhere" \(no Pulumi.nowhere.yaml\); there are dev, prod/,
    );
    await assert.rejects(
      Run.start({ config: { throttleRate: "fast" } }),
      /spillway:throttleRate is "fast"; it takes a whole number/,
    );
    await assert.rejects(
      Run.start({ config: { throttleRate: "0" } }),
      /throttleRate is 0; allowed are whole numbers from 1 to 10000/,
    );
  });
});
