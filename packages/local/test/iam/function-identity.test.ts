// Who a function is to the local run: by the key of its role, and nobody when it signs with another or not at all.
import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { recordProgram } from "@spillway/graph/record";
import { type Front, startFront } from "../../http/front";
import { Iam } from "../../iam/iam";
import { createPermissions } from "../../iam/permissions";
import { createLambda, type Lambda } from "../../lambda/service";
import { type Ask, createAsk } from "../../service/ask";
import { archives, call, definitionOf } from "../support/lambda";
import { accountId, manualClock, region } from "../support/sqs";

/** Sends `event.key`'s request in each of the ways in which clients connect. */
const code = `
const http = require("node:http");
const http2 = require("node:http2");
const headersOf = ({ key, target }) => ({
  "x-amz-target": target,
  "content-type": "application/x-amz-json-1.0",
  ...(key && { authorization: "AWS4-HMAC-SHA256 Credential=" + key + "/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0" }),
});
const ways = {
  fetch: async (event, address) => {
    const answer = await fetch(address, { method: "POST", headers: headersOf(event), body: "{}" });
    return answer.json();
  },
  http: (event, address) =>
    new Promise((resolve, reject) => {
      const request = http.request(address, { method: "POST", headers: headersOf(event) }, (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve(JSON.parse(text)));
      });
      request.on("error", reject);
      request.end("{}");
    }),
  http2: (event, address) =>
    new Promise((resolve, reject) => {
      const client = http2.connect(address);
      client.on("error", reject);
      const stream = client.request({ ":method": "POST", ...headersOf(event) });
      let text = "";
      stream.on("data", (chunk) => (text += chunk));
      stream.on("end", () => { client.close(); resolve(JSON.parse(text)); });
      stream.end("{}");
    }),
};
exports.handler = async (event) => {
  const address = process.env.AWS_ENDPOINT_URL.replace("127.0.0.1", event.host ?? "127.0.0.1");
  const key = event.key === "own" ? process.env.AWS_ACCESS_KEY_ID : event.key;
  const answers = [];
  // The second request of a client goes over the first one's connection.
  for (const way of event.ways ?? Object.keys(ways)) {
    for (let time = 0; time < 2; time += 1) answers.push(await ways[way]({ ...event, key }, address));
  }
  return answers;
};`;

describe("a function of the local run", () => {
  let front: Front;
  let lambda: Lambda;
  const files = archives();
  before(async () => {
    const graph = await recordProgram(
      () => {
        const role = new aws.iam.Role("consumer", { name: "consumer", assumeRolePolicy: '{"Statement":[]}' });
        const policy = JSON.stringify({ Statement: { Effect: "Allow", Action: "sqs:ListQueues", Resource: "*" } });
        new aws.iam.RolePolicy("p", { role: role.name, policy });
      },
      { config: { "aws:region": region } },
    );
    const listing = { name: "sqs", handle: async () => ({ listed: true }), close: async () => {} };
    const kinesis = { ...listing, name: "kinesis" };
    const permissions = createPermissions(new Iam(graph, { accountId, region }), { accountId, region });
    const ask: Ask = createAsk([listing, kinesis], [permissions]);
    let address = "";
    lambda = createLambda({ clock: manualClock(), ask, address: () => address, accountId, region });
    const identify = (key: string | undefined, sender?: string) => lambda.identify(key, sender);
    front = await startFront({ port: 0, ask, identify, routes: [], region, accountId });
    address = front.address;
    lambda.putFunction(definitionOf("f", files.zip({ "index.js": code })));
  });
  after(async () => {
    await lambda.close(100);
    await front.close();
    files.remove();
  });

  const target = "AmazonSQS.ListQueues";
  const answers = async (event: object) => (await call(lambda, "f", event)).answer as Record<string, string>[];

  it("has the permissions of its role when it signs with its own key", async () => {
    for (const answer of await answers({ key: "own", target })) assert.deepEqual(answer, { listed: true });
    const [denied] = await answers({ key: "own", target: "AmazonSQS.CreateQueue" });
    assert.match(denied?.message ?? "", /^User: .*\/consumer\/f is not authorized to perform: sqs:CreateQueue/);
  });

  it("has none when it signs with another key, on any connection", async () => {
    for (const host of ["127.0.0.1", "localhost"]) {
      const all = await answers({ key: "AKIAEXAMPLE", target, host });
      assert.equal(all.length, 6);
      for (const answer of all) {
        assert.deepEqual(answer, {
          __type: "InvalidClientTokenId",
          message:
            'The security token included in the request is invalid. Function "f" signs with the access key "AKIAEXAMPLE", which is not that of its role; leave the credentials out of its clients.',
        });
      }
    }
    const [answer] = await answers({ key: "test", target: "Kinesis_20131202.ListStreams" });
    assert.equal(answer?.__type, "UnrecognizedClientException");
  });

  it("has none when it does not sign", async () => {
    for (const answer of await answers({ target })) {
      assert.equal(answer.__type, "MissingAuthenticationToken");
      assert.match(answer.message ?? "", /^Request is missing Authentication Token \(sqs:ListQueues\)\. Sign it/);
    }
  });

  it("gains nothing from the user's keys, which have full access", async () => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
    const answer = await fetch(front.address, {
      method: "POST",
      headers: { "x-amz-target": "AmazonSQS.CreateQueue", authorization },
      body: "{}",
    });
    assert.deepEqual(await answer.json(), { listed: true });
  });
});
