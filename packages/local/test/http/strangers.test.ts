// Who may ask the local run at all: requests to its own address, and no web page but its own.
import assert from "node:assert/strict";
import http from "node:http";
import http2 from "node:http2";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type Front, startFront } from "../../http/front";
import { ownPages } from "../../http/own-pages";
import type { Ask, Principal } from "../../service/ask";
import { accountId, region } from "../support/sqs";

interface Answer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly message: string;
}

describe("the HTTP server of the local run refuses requests from outside", () => {
  let front: Front;
  let port: string;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    const ask: Ask = async (_principal, service, action) => {
      asked.push(`${service}:${action}`);
      return {};
    };
    const identify = (): Principal => ({ kind: "user" });
    const endpoint = async () => {
      asked.push("endpoint");
      return { status: 202, headers: {}, body: "{}" };
    };
    const routes = [
      ownPages(() => ({ outputs: { orders: "queue" }, resources: [] }), {
        program: "index.ts",
        stack: "dev",
        config: {},
        withheld: [],
      }),
      { prefix: "/_aws/execute-api", handler: endpoint },
    ];
    front = await startFront({ port: 0, ask, identify, routes, region, accountId });
    port = new URL(front.address).port;
  });
  afterEach(() => front.close());

  function send(headers: http.OutgoingHttpHeaders, path = "/", method = "GET"): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = http.request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => {
          body += text;
        });
        response.once("end", () =>
          resolve({ status: response.statusCode, headers: response.headers, message: JSON.parse(body).message ?? "" }),
        );
      });
      request.once("error", reject);
      request.end();
    });
  }
  const purge = "/?Action=PurgeQueue&QueueUrl=/000000000000/orders";
  const paths = ["/_spillway/health", "/_spillway/outputs", "/_aws/execute-api/a/live/orders"];

  it("but accepts each name of this machine with its port", async () => {
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      for (const path of paths)
        assert.ok((await send({ host }, path)).status?.toString().startsWith("20"), host + path);
    }
  });

  it("refuses every other Host, such as a name that resolves to this machine only now", async () => {
    for (const host of [
      "example.com",
      `example.com:${port}`,
      `127.0.0.1.example.com:${port}`,
      `localhost.example.com:${port}`,
      `0.0.0.0:${port}`,
      "127.0.0.1",
      `localhost:${Number(port) + 1}`,
    ]) {
      for (const path of [purge, ...paths]) {
        const { status, message } = await send({ host }, path);
        assert.equal(status, 403, host + path);
        assert.equal(
          message,
          `The Host header is "${host}". Requests go to 127.0.0.1:${port}, localhost:${port}, [::1]:${port} and no other host, because a web page can have any other name resolve to this machine. Use the address that the run prints.`,
        );
      }
    }
    assert.deepEqual(asked, []);
  });

  it("refuses the Origin of every page except the run's own, and its preflight requests", async () => {
    const preflight = { "access-control-request-method": "POST", "access-control-request-headers": "x-amz-target" };
    for (const origin of [
      "https://example.com",
      "null",
      "http://localhost:3000",
      `https://127.0.0.1:${port}`,
      "http://127.0.0.1",
    ]) {
      for (const path of [purge, ...paths]) {
        for (const method of ["POST", "GET"]) assert.equal((await send({ origin }, path, method)).status, 403, origin);
        const { status, headers, message } = await send({ origin, ...preflight }, path, "OPTIONS");
        assert.equal(status, 403);
        assert.deepEqual(
          Object.keys(headers).filter((name) => name.startsWith("access-control-")),
          [],
        );
        assert.match(message, /^The Origin header is ".+"\. A web page of another origin than the run's own could/);
      }
    }
    assert.deepEqual(asked, []);
    for (const origin of [front.address, `http://localhost:${port}`, `http://[::1]:${port}`]) {
      assert.equal((await send({ origin }, "/_spillway/health")).status, 200);
    }
  });

  it("refuses a page's requests without an Origin: its images, scripts and links", async () => {
    for (const site of ["cross-site", "same-site"]) {
      const { status, message } = await send({ "sec-fetch-site": site }, purge);
      assert.equal(status, 403);
      assert.match(message, /^The Sec-Fetch-Site header is "/);
    }
    assert.deepEqual(asked, []);
    for (const site of ["none", "same-origin"]) {
      assert.equal((await send({ "sec-fetch-site": site }, "/_spillway/health")).status, 200);
    }
  });

  it("refuses a foreign host over HTTP/2 too", async () => {
    const client = http2.connect(front.address);
    try {
      const statusOf = async (authority: string) => {
        const stream = client.request({ ":path": "/_spillway/health", ":authority": authority });
        const status = new Promise<unknown>((resolve) => stream.once("response", (head) => resolve(head[":status"])));
        stream.resume().end();
        return status;
      };
      assert.equal(await statusOf(`127.0.0.1:${port}`), 200);
      assert.equal(await statusOf(`example.com:${port}`), 403);
    } finally {
      client.close();
    }
  });

  it("but accepts SDK clients that call it localhost", async () => {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new SQSClient({ endpoint: `http://localhost:${port}`, region, credentials });
    try {
      await client.send(new ListQueuesCommand({}));
      assert.deepEqual(asked, ["sqs:ListQueues"]);
    } finally {
      client.destroy();
    }
  });
});
