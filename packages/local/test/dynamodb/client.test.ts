import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, createClient } from "../../dynamodb/client";

describe("the client of DynamoDB's server", () => {
  let server: http.Server;
  let client: Client;
  let answers = true;
  const seen: { readonly headers: http.IncomingHttpHeaders; readonly body: string; readonly port: number }[] = [];

  before(async () => {
    server = http.createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.once("end", () => {
        seen.push({ headers: request.headers, body, port: request.socket.remotePort ?? 0 });
        if (answers) response.writeHead(400).end(`{"echo":${JSON.stringify(body)}}`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    client = createClient({ host: "127.0.0.1", port: (server.address() as AddressInfo).port, timeout: 200 });
  });

  after(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });

  it("sends what the server wants, and keeps the connection", async () => {
    const bodies = ['{"text":"Grüße 😀"}', "{}"];
    for (const body of bodies) {
      const answer = await client.request("DynamoDB_20120810.PutItem", body);
      assert.deepEqual(answer, { status: 400, body: `{"echo":${JSON.stringify(body)}}` });
    }
    assert.deepEqual(
      seen.map(({ body }) => body),
      bodies,
    );
    assert.equal(new Set(seen.map(({ port }) => port)).size, 1);
    const [{ headers }] = seen as [(typeof seen)[0]];
    assert.equal(headers["x-amz-target"], "DynamoDB_20120810.PutItem");
    assert.equal(headers["content-type"], "application/x-amz-json-1.0");
    assert.match(headers.authorization ?? "", /^AWS4-HMAC-SHA256 Credential=/);
  });

  it("gives up where no answer comes, on a connection that was used before too, and goes on after it", async () => {
    answers = false;
    const noAnswer = { message: "DynamoDB's server did not answer DynamoDB_20120810.GetItem within 0.2 s" };
    await assert.rejects(client.request("DynamoDB_20120810.GetItem", "{}"), noAnswer);
    await assert.rejects(client.request("DynamoDB_20120810.GetItem", "{}"), noAnswer);
    answers = true;
    assert.equal((await client.request("DynamoDB_20120810.GetItem", "{}")).status, 400);
  });
});
