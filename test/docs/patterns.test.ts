// The examples of docs/guides/{ordering,idempotency,large-payloads}.md do on the local run what the pages say.
import { strict as assert } from "node:assert";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { startLocal, type TestRun } from "spillway/testing";
import "../../docs/examples/saga.test";

describe("the patterns of the guides, on this machine", () => {
  let run: TestRun<Readonly<Record<string, unknown>>>;
  let server: Server;
  const mails: { key: unknown; text: string }[] = [];
  let refuses = 0;
  before(async () => {
    server = createServer((request, answer) => {
      let body = "";
      request.on("data", (part: Buffer) => {
        body += part.toString();
      });
      request.on("end", () => {
        const status = refuses-- > 0 ? 503 : 200;
        if (status === 200) mails.push({ key: request.headers["idempotency-key"], text: JSON.parse(body).text });
        answer.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const mailUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const program = path.join(__dirname, "..", "support", "programs", "patterns.ts");
    run = await startLocal({ program, config: { mailUrl } });
  });
  after(async () => {
    server.close();
    await run?.stop();
  });
  const reasonsOf = async (consumer: string) =>
    (await run.deadLetters(consumer)).map(({ body, reason }) => ({ body, errorType: reason?.errorType }));

  it("post the entries of an account in order, and stop it behind one that cannot be posted", async () => {
    const amounts = Array.from({ length: 12 }, (_, index) => index + 1);
    for (const account of ["a", "b", "c"]) await run.send("statements", { account, first: 1, amounts });
    // 100 are there, and the second entry takes 500: it and what follows it wait for somebody.
    await run.send("statements", { account: "d", first: 1, amounts: [100, -500, 20, 30] });
    await run.settled();
    for (const account of ["a", "b", "c"]) {
      assert.deepEqual(await run.table("accounts").get({ account }), { account, posted: 12, balance: 78, amounts });
    }
    assert.deepEqual(await run.table("accounts").get({ account: "d" }), {
      ...{ account: "d", posted: 1, balance: 100, amounts: [100] },
    });
    assert.deepEqual(await reasonsOf("ledger"), [
      { body: { account: "d", number: 2, amount: -500 }, errorType: "Overdrawn" },
      { body: { account: "d", number: 3, amount: 20 }, errorType: "EntryMissing" },
      { body: { account: "d", number: 4, amount: 30 }, errorType: "EntryMissing" },
    ]);
  });

  it("keep the newest position, in whatever order positions come", async () => {
    const at = (minute: number) => ({
      ...{ vehicle: "v", at: `2026-01-01T10:0${minute}:00Z`, latitude: minute, longitude: 0 },
    });
    for (const minute of [1, 2, 5, 3, 5, 4]) await run.put("positions", at(minute), { partitionKey: "v" });
    await run.settled();
    assert.equal((await run.table("vehicles").get({ vehicle: "v" }))?.latitude, 5);
  });

  it("register a member once and send one mail, also when the mail service fails at first", async () => {
    refuses = 1;
    const member = { memberId: "m-1", name: "Ada" };
    for (let times = 0; times < 3; times += 1) await run.send("registrations", member);
    await run.send("registrations", { ...member, name: "Grace" });
    await run.settled();
    assert.deepEqual(await run.table("members").items(), [member]);
    assert.deepEqual(mails, [{ key: "welcome.m-1", text: "Welcome, Ada!" }]);
    assert.deepEqual(await reasonsOf("registrations"), [
      { body: { ...member, name: "Grace" }, errorType: "MemberConflict" },
    ]);
  });

  it("send a report of more than 1 MiB by reference, and give up a reference without an object", async () => {
    await run.send("make-report", { reportId: "r-1", lines: 12_000 });
    const missing = { reportId: "r-2", key: "reports/r-2/gone", bytes: 1, sha256: "" };
    await run.send("read-report", missing);
    await run.settled();
    const [total, ...more] = await run.table("report-totals").items();
    assert.deepEqual([total?.reportId, total?.lines, more], ["r-1", 12_000, []]);
    assert.ok(Number(total?.bytes) > 1024 * 1024);
    assert.deepEqual(await reasonsOf("read-report"), [{ body: missing, errorType: "PayloadMissing" }]);
  });

  it("note what is uploaded to a bucket, and no test event of S3", async () => {
    const s3 = new S3Client({
      ...{ endpoint: run.address, region: "eu-west-1", forcePathStyle: true },
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      const Bucket = String(run.outputs.picturesBucket);
      for (const Key of ["in/my cat.png", "out/cat.png"]) {
        await s3.send(new PutObjectCommand({ Bucket, Key, Body: "meow" }));
      }
      await run.settled();
      assert.deepEqual(await run.table("uploads").items(), [{ key: "in/my cat.png", size: 4, bucket: Bucket }]);
      assert.deepEqual(await run.deadLetters("uploads"), []);
    } finally {
      s3.destroy();
    }
  });
});
