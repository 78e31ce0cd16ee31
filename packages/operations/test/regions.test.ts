// A stack with consumers in two regions: what is asked about each is asked in its own region.
import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { listLetters } from "../letters/list";
import { tailLog } from "../logs/tail";
import { redrive } from "../redrive/redrive";
import { send } from "../send/send";
import { consumerNamed, openStack, type Stack } from "../stack/stack";

const signal = new AbortController().signal;
const md5 = (content: string) => createHash("md5").update(content).digest("hex");
const variables = { AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any", AWS_ENDPOINT_URL: "", AWS_REGION: "" };

describe("a stack with consumers in two regions", () => {
  const former = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  /** Each request: its region, its action and what it is about. */
  const asked: string[] = [];
  let server: Server;
  let folder: string;
  let stack: Stack;

  before(async () => {
    server = createServer(async (request, response) => {
      const body = await text(request);
      const [, region] = /Credential=any\/\d+\/([a-z0-9-]+)\//.exec(request.headers.authorization ?? "") ?? [];
      const [, action = ""] = String(request.headers["x-amz-target"] ?? ".GetCallerIdentity").split(".");
      const { QueueUrl, logGroupName, Entries } = body.startsWith("{") ? JSON.parse(body) : {};
      asked.push(`${region} ${action} ${QueueUrl?.split("/").at(-1) ?? logGroupName ?? ""}`.trim());
      response.end(answerTo(action, Entries));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const consumer = (name: string, region: string) => ({
      kind: "queue",
      url: `${address}/000000000000/${name}-dead`,
      sourceArn: `arn:aws:sqs:${region}:000000000000:${name}`,
      functionName: name,
      logGroupName: `${name}-log`,
    });
    folder = mkdtempSync(path.join(tmpdir(), "spillway-regions-"));
    const outputs = path.join(folder, "outputs.json");
    const deadLetters = { orders: consumer("orders", "eu-west-1"), review: consumer("review", "us-east-1") };
    writeFileSync(outputs, JSON.stringify({ deadLetters }));
    Object.assign(process.env, variables, { AWS_ENDPOINT_URL: address, AWS_REGION: "ap-south-1" });
    stack = await openStack({ outputs, port: 0, signal });
  });
  after(async () => {
    stack?.close();
    for (const [name, value] of Object.entries(former)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    asked.length = 0;
  });

  const reviewing = () => consumerNamed(stack, "review");

  it("lists the dead letters of both", async () => {
    await listLetters(stack, { consumers: stack.consumers, by: "reason", filter: {}, limit: 1, signal });
    for (const request of ["eu-west-1 ReceiveMessage orders-dead", "us-east-1 ReceiveMessage review-dead"]) {
      assert.ok(asked.includes(request), asked.join("\n"));
    }
    assert.deepEqual(
      asked.filter((request) => request.startsWith("ap-")),
      [],
    );
  });

  it("sends to each, and writes who did it into its log", async () => {
    const request = { consumer: reviewing(), body: "{}", count: 1, audit: true };
    const { ids } = await send(stack, request, { signal, say: () => {} });
    assert.deepEqual(ids, ["m-1"]);
    assert.deepEqual(
      [...new Set(asked)],
      ["us-east-1 GetCallerIdentity", "us-east-1 PutLogEvents review-log", "us-east-1 SendMessage review"],
    );
  });

  it("follows the log of each", async () => {
    const stop = new AbortController();
    const onEvent = () => stop.abort();
    await tailLog(stack, { consumer: reviewing(), since: new Date(0), signal: stop.signal, onEvent });
    assert.deepEqual([...new Set(asked)], ["us-east-1 FilterLogEvents review-log"]);
  });

  it("sends dead letters to a consumer of the other region itself, because AWS moves them within one only", async () => {
    const answer = await redrive(
      stack,
      {
        ...{ consumer: consumerNamed(stack, "orders"), to: reviewing(), filter: {}, yes: true, audit: false },
        ...{ canaryTimeout: 1, stopAfter: 1 },
      },
      { signal, say: () => {} },
    );
    assert.ok("done" in answer);
    assert.deepEqual([answer.done.sent, answer.done.byAws, answer.done.doubled], [1, false, []]);
    const changes = asked.filter((request) => /Send|Delete|Move|Filter/.test(request));
    assert.deepEqual(
      [...new Set(changes)],
      [
        "us-east-1 FilterLogEvents review-log",
        "us-east-1 SendMessageBatch review",
        "eu-west-1 DeleteMessageBatch orders-dead",
      ],
    );
  });
});

/** As AWS would answer, with one dead letter at a time. */
function answerTo(action: string, entries: readonly { readonly Id: string; readonly MessageBody?: string }[] = []) {
  const letter = { MessageId: "m-0", ReceiptHandle: "r-0", Body: "{}", MD5OfBody: md5("{}") };
  const answers: Readonly<Record<string, object>> = {
    GetQueueAttributes: { Attributes: { ApproximateNumberOfMessages: "1", MessageRetentionPeriod: "1209600" } },
    ReceiveMessage: { Messages: [{ ...letter, Attributes: { SentTimestamp: "1000", ApproximateReceiveCount: "1" } }] },
    SendMessage: { MessageId: "m-1", MD5OfMessageBody: md5("{}") },
    SendMessageBatch: {
      Successful: entries.map(({ Id, MessageBody = "" }) => ({
        ...{ Id, MessageId: `m-${Id}`, MD5OfMessageBody: md5(MessageBody) },
      })),
    },
    DeleteMessageBatch: { Successful: entries.map(({ Id }) => ({ Id })) },
    FilterLogEvents: { events: [{ eventId: "1", timestamp: 1000, message: "{}" }] },
  };
  return action === "GetCallerIdentity"
    ? "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user/ada</Arn>" +
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
    : JSON.stringify(answers[action] ?? {});
}
