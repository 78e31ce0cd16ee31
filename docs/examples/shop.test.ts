// A test of a whole program, with an outage of a server that the program calls.
import { strict as assert } from "node:assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { startLocal, type TestRun } from "spillway/testing";
import type { Consumers } from "./shop";

describe("the shop", () => {
  let run: TestRun<Consumers>;
  let failures = 0;
  const mailed: string[] = [];
  const mail = createServer(({ url = "" }, answer) => {
    failures -= 1;
    if (failures < 0) mailed.push(url);
    answer.writeHead(failures < 0 ? 200 : 503).end();
  });
  before(async () => {
    await new Promise<void>((resolve) => mail.listen(0, "127.0.0.1", resolve));
    const mailUrl = `http://127.0.0.1:${(mail.address() as AddressInfo).port}`;
    run = await startLocal<Consumers>({ program: path.join(__dirname, "shop.ts"), config: { mailUrl } });
  });
  after(async () => {
    mail.close();
    mail.closeAllConnections();
    await run?.stop();
  });

  it("audits an order and mails its receipt, as soon as the mail server answers again", async () => {
    failures = 4;
    await run.send("orders", { orderId: "o-1", sku: "book", quantity: 2 });
    await run.settled();
    assert.deepEqual(mailed, ["/receipts/o-1"]);
    assert.notEqual(await run.table("audit").get({ orderId: "o-1" }), undefined);
  });

  it("gives up a receipt after five attempts", async () => {
    failures = 5;
    await run.publish("order-events", "order.placed", { orderId: "o-2", sku: "book", quantity: 1 });
    await run.settled();
    const [letter] = await run.deadLetters("receipts");
    assert.equal(letter?.reason.errorMessage, "The mail server answers 503.");
    assert.equal(letter?.reason.attempts, 5);
  });

  it("gives up at once what can never succeed", async () => {
    await run.send("orders", { orderId: "o-3", sku: "book", quantity: 1000 });
    await run.send("orders", "not even JSON", { unchecked: true });
    await run.settled();
    const reasons = (await run.deadLetters("orders")).map(({ reason }) => reason.errorType);
    assert.deepEqual(reasons.sort(), ["InvalidEvent", "TooMany"]);
    assert.equal(await run.table("orders").get({ orderId: "o-3" }), undefined);
  });

  it("counts the clicks of a quarter of an hour", async () => {
    for (const page of ["/", "/books", "/"]) await run.put("clicks", { page });
    await run.settled();
    const counted = (await run.table("clicks").items()).map(({ count }) => Number(count));
    assert.equal(
      counted.reduce((sum, count) => sum + count),
      3,
    );
  });
});
