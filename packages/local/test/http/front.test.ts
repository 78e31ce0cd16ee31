// The one address of the local run: protocols, routes, errors, and its end.
// Longer than 250 lines because every protocol and error of the one address has its test here.
import assert from "node:assert/strict";
import http2 from "node:http2";
import net from "node:net";
import { startFront } from "../../http/front";
import type { FrontRequest } from "../../protocol/http";
import { type Ask, createAsk, type Principal, ServiceError } from "../../service/ask";
import { accountId, region, startSqs } from "../support/sqs";

/** A promise and what resolves it. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((each) => {
    resolve = each;
  });
  return { promise, resolve };
}

interface Asked {
  readonly principal: Principal;
  readonly service: string;
  readonly action: string;
  readonly input: unknown;
}

describe("the HTTP server of the local run", () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  async function start(ask: Ask, more: Partial<Parameters<typeof startFront>[0]> = {}) {
    const identify = (key: string | undefined): Principal => ({ kind: key === undefined ? "anonymous" : "user" });
    const front = await startFront({ port: 0, ask, identify, routes: [], region, accountId, ...more });
    open.push(front);
    return front;
  }

  function recording() {
    const asked: Asked[] = [];
    const ask: Ask = async (principal, service, action, input) => {
      asked.push({ principal, service, action, input });
      return { done: true };
    };
    return { asked, ask };
  }

  const target = (name: string) => ({ "x-amz-target": name, "content-type": "application/x-amz-json-1.0" });

  it("finds the service of a JSON protocol by its target", async () => {
    const { asked, ask } = recording();
    const { address } = await start(ask);
    for (const name of [
      "AmazonSQS.ListQueues",
      "DynamoDB_20120810.ListTables",
      "DynamoDBStreams_20120810.ListStreams",
    ]) {
      const answer = await fetch(address, { method: "POST", headers: target(name), body: "{}" });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("content-type"), "application/x-amz-json-1.0");
      assert.match(answer.headers.get("x-amzn-requestid") ?? "", /^[0-9a-f-]{36}$/);
      assert.deepEqual(await answer.json(), { done: true });
    }
    assert.deepEqual(
      asked.map(({ service, action }) => `${service}:${action}`),
      ["sqs:ListQueues", "dynamodb:ListTables", "dynamodbstreams:ListStreams"],
    );
  });

  it("identifies the caller by the access key of the signature", async () => {
    const keys: (string | undefined)[] = [];
    const identify = (key: string | undefined): Principal => {
      keys.push(key);
      return { kind: "user" };
    };
    const { address } = await start(recording().ask, { identify });
    const authorization =
      "AWS4-HMAC-SHA256 Credential=ASIAX/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
    const headers = target("AmazonSQS.ListQueues");
    await fetch(address, { method: "POST", headers: { ...headers, authorization }, body: "{}" });
    await fetch(`${address}/?X-Amz-Credential=AKIAY%2F20260101%2Feu-west-1%2Fsqs%2Faws4_request`, {
      method: "POST",
      headers,
      body: "{}",
    });
    await fetch(address, { method: "POST", headers, body: "{}" });
    assert.deepEqual(keys, ["ASIAX", "AKIAY", undefined]);
  });

  it("speaks HTTP/2 without TLS on the same port", async () => {
    const { asked, ask } = recording();
    const { address } = await start(ask);
    const client = http2.connect(address);
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const stream = client.request({ ":method": "POST", ":path": "/", ...target("Kinesis_20131202.PutRecord") });
          stream.end(JSON.stringify({ index, data: "x".repeat(100_000) }));
          let body = "";
          for await (const chunk of stream.setEncoding("utf8")) body += chunk;
          return body;
        }),
      );
      assert.deepEqual(new Set(answers), new Set(['{"done":true}']));
      assert.equal(asked.length, 20);
    } finally {
      client.close();
    }
  });

  it("returns a service's error, with SQS's code of the Query protocol", async () => {
    const { address } = await start(async () => {
      throw new ServiceError("com.amazonaws.sqs#QueueDoesNotExist", "No such queue.", 400, { extra: 1 });
    });
    const answer = await fetch(address, { method: "POST", headers: target("AmazonSQS.SendMessage"), body: "{}" });
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get("x-amzn-query-error"), "AWS.SimpleQueueService.NonExistentQueue;Sender");
    assert.deepEqual(await answer.json(), {
      __type: "com.amazonaws.sqs#QueueDoesNotExist",
      message: "No such queue.",
      extra: 1,
    });
  });

  it("reports its own failures only in its log", async () => {
    const lines: string[] = [];
    const ask: Ask = async () => {
      throw new TypeError("secret inner part");
    };
    const { address } = await start(ask, { log: (line) => lines.push(line) });
    const answer = await fetch(address, { method: "POST", headers: target("AmazonSQS.SendMessage"), body: "{}" });
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /secret/);
    assert.match(lines.join("\n"), /secret inner part[\s\S]*at /);
  });

  it("names a service that it does not have, and the program's resources that need it", async () => {
    const absent = () =>
      ' It does not create these resources of the program: aws:sfn/stateMachine:StateMachine "flow".';
    const { address } = await start(createAsk([], [], absent));
    const answer = await fetch(address, {
      method: "POST",
      headers: target("AWSStepFunctions.StartExecution"),
      body: "{}",
    });
    assert.equal(answer.status, 501);
    assert.deepEqual(await answer.json(), {
      __type: "UnknownService",
      message: `The local run has no service "AWSStepFunctions" (asked for StartExecution).${absent()}`,
    });
  });

  it("answers EC2's clients, whose errors are in a list, in their form", async () => {
    const { address } = await start(createAsk([]));
    const answer = await fetch(address, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/ec2/aws4_request, Signature=0",
      },
      body: "Action=DescribeVpcs&Version=2016-11-15",
    });
    assert.equal(answer.status, 501);
    const text = await answer.text();
    assert.match(text, /<Errors><Error><Type>Receiver<\/Type><Code>UnknownService<\/Code><Message>.* no service/);
  });

  it("refuses what it cannot read", async () => {
    const { address } = await start(recording().ask);
    const post = (headers: Record<string, string>, body: string) => fetch(address, { method: "POST", headers, body });
    assert.equal((await post(target("AmazonSQS.SendMessage"), "{")).status, 400);
    const cbor = await post(
      { ...target("Kinesis_20131202.PutRecord"), "content-type": "application/x-amz-cbor-1.1" },
      "x",
    );
    assert.match(await cbor.text(), /AWS_CBOR_DISABLE/);
    const large = await post(target("AmazonSQS.SendMessage"), "x".repeat(16 * 1024 * 1024 + 1));
    assert.equal(large.status, 413);
  });

  it("passes a path to its route, the longest first, and nothing else", async () => {
    const requests: FrontRequest[] = [];
    const handler = (name: string) => async (request: FrontRequest) => {
      requests.push(request);
      return { status: 202, headers: { "x-route": name }, body: name };
    };
    const routes = [
      { prefix: "/a", handler: handler("short") },
      { prefix: "/a/b", handler: handler("long") },
    ];
    const { address } = await start(recording().ask, { routes });
    const get = async (path: string) => (await fetch(address + path)).text();
    assert.equal(await get("/a/x%20y?q=1&q=2"), "short");
    assert.equal(await get("/a/b/c"), "long");
    assert.match(await get("/ab"), /Nothing is served at GET \/ab\./);
    assert.equal(requests[0]?.path, "/a/x%20y");
    assert.deepEqual(requests[0]?.query.getAll("q"), ["1", "2"]);
    const form = await fetch(`${address}/a`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "Action=SendMessage",
    });
    assert.equal(form.headers.get("x-route"), "short");
    assert.equal((await fetch(`${address}/nothing`)).status, 404);
  });

  it("notifies the service when the client has disconnected", async () => {
    const arrived = deferred<AbortSignal | undefined>();
    const over = deferred<void>();
    const ask: Ask = async (_principal, _service, _action, _input, options) => {
      options?.signal?.addEventListener("abort", () => over.resolve());
      arrived.resolve(options?.signal);
      await over.promise;
      return {};
    };
    const { address } = await start(ask);
    const gone = new AbortController();
    const headers = target("AmazonSQS.ReceiveMessage");
    const request = fetch(address, { method: "POST", headers, body: "{}", signal: gone.signal });
    assert.equal((await arrived.promise)?.aborted, false);
    gone.abort();
    await assert.rejects(request, { name: "AbortError" });
    await over.promise;
  });

  it("names the port that is in use and the fix", async () => {
    const { address } = await start(recording().ask);
    const port = Number(new URL(address).port);
    await assert.rejects(start(recording().ask, { port }), {
      message: `Port ${port} of 127.0.0.1 is used by another process; choose another with --port, or any free one with --port 0.`,
    });
  });

  it("ends every connection when it closes, also idle ones and those with a request in progress", async () => {
    const arrived = deferred<void>();
    const front = await start(() => {
      arrived.resolve();
      return new Promise(() => undefined);
    });
    const waiting = fetch(front.address, { method: "POST", headers: target("AmazonSQS.X"), body: "{}" });
    const refused = assert.rejects(waiting);
    const idle = net.connect(Number(new URL(front.address).port), "127.0.0.1");
    const ended = new Promise((resolve) => idle.once("close", resolve));
    idle.on("error", () => undefined);
    const client = http2.connect(front.address);
    client.on("error", () => undefined);
    const session = new Promise((resolve) => client.once("close", resolve));
    await new Promise((resolve) => client.once("connect", resolve));
    await arrived.promise;
    await front.close();
    await Promise.all([refused, ended, session]);
  });
});

describe("SQS's Query protocol on the HTTP server", () => {
  it("sends, receives and deletes with forms and XML", async () => {
    const run = await startSqs();
    try {
      const call = async (path: string, fields: Record<string, string>) => {
        const body = new URLSearchParams({ Version: "2012-11-05", ...fields });
        const answer = await fetch(run.address + path, { method: "POST", body });
        return { status: answer.status, type: answer.headers.get("content-type"), xml: await answer.text() };
      };
      const created = await call("/", {
        Action: "CreateQueue",
        QueueName: "orders",
        "Attribute.1.Name": "VisibilityTimeout",
        "Attribute.1.Value": "5",
        "Tag.1.Key": "team",
        "Tag.1.Value": "a",
      });
      assert.equal(created.type, "text/xml");
      assert.ok(created.xml.includes(`<CreateQueueResult><QueueUrl>${run.address}/000000000000/orders</QueueUrl>`));
      const path = "/000000000000/orders";
      const sent = await call(path, {
        Action: "SendMessage",
        MessageBody: "<a> & 'b'\r\n",
        DelaySeconds: "0",
        "MessageAttribute.1.Name": "kind",
        "MessageAttribute.1.Value.DataType": "String",
        "MessageAttribute.1.Value.StringValue": "gift",
      });
      assert.match(
        sent.xml,
        /^<\?xml version="1.0"\?><SendMessageResponse xmlns="http:\/\/queue.amazonaws.com\/doc\/2012-11-05\/"><SendMessageResult><MD5OfMessageBody>\w+<\/MD5OfMessageBody><MD5OfMessageAttributes>\w+<\/MD5OfMessageAttributes><MessageId>/,
      );
      assert.match(sent.xml, /<\/SendMessageResult><ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId>/);
      const received = await call(path, {
        Action: "ReceiveMessage",
        MaxNumberOfMessages: "10",
        "AttributeName.1": "ApproximateReceiveCount",
        "MessageAttributeName.1": "All",
      });
      assert.match(received.xml, /<Body>&lt;a&gt; &amp; 'b'&#xD;\n<\/Body>/);
      assert.match(received.xml, /<Attribute><Name>ApproximateReceiveCount<\/Name><Value>1<\/Value><\/Attribute>/);
      assert.match(
        received.xml,
        /<MessageAttribute><Name>kind<\/Name><Value><DataType>String<\/DataType><StringValue>gift<\/StringValue><\/Value><\/MessageAttribute>/,
      );
      const handle = /<ReceiptHandle>([^<]+)</.exec(received.xml)?.[1] ?? "";
      const changed = await call(path, {
        Action: "ChangeMessageVisibilityBatch",
        "ChangeMessageVisibilityBatchRequestEntry.1.Id": "one",
        "ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle": handle,
        "ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout": "60",
        "ChangeMessageVisibilityBatchRequestEntry.2.Id": "two",
        "ChangeMessageVisibilityBatchRequestEntry.2.ReceiptHandle": "nonsense",
        "ChangeMessageVisibilityBatchRequestEntry.2.VisibilityTimeout": "60",
      });
      assert.match(
        changed.xml,
        /<ChangeMessageVisibilityBatchResultEntry><Id>one<\/Id><\/ChangeMessageVisibilityBatchResultEntry><BatchResultErrorEntry><Id>two<\/Id>/,
      );
      const deleted = await call("/", {
        Action: "DeleteMessage",
        QueueUrl: `${run.address}${path}`,
        ReceiptHandle: handle,
      });
      assert.match(deleted.xml, /^<\?xml version="1.0"\?><DeleteMessageResponse [^>]+><ResponseMetadata>/);
      const list = await fetch(`${run.address}/?Action=ListQueues&QueueNamePrefix=ord`);
      assert.match(await list.text(), /<ListQueuesResult><QueueUrl>[^<]+\/orders<\/QueueUrl><\/ListQueuesResult>/);
    } finally {
      await run.close();
    }
  });

  it("answers errors as XML with the code of that protocol", async () => {
    const run = await startSqs();
    try {
      const body = new URLSearchParams({ Action: "SendMessage", MessageBody: "x" });
      const answer = await fetch(`${run.address}/000000000000/nowhere`, { method: "POST", body });
      assert.equal(answer.status, 400);
      assert.match(
        await answer.text(),
        /<ErrorResponse xmlns="http:\/\/queue.amazonaws.com\/doc\/2012-11-05\/"><Error><Type>Sender<\/Type><Code>AWS.SimpleQueueService.NonExistentQueue<\/Code><Message>The specified queue does not exist.<\/Message><Detail\/><\/Error><RequestId>/,
      );
    } finally {
      await run.close();
    }
  });
});
