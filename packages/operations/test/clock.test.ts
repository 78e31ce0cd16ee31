// The outcomes of a redrive are those since its start by AWS's clock, whatever this machine's clock says.
import { strict as assert } from "node:assert";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { redrive } from "../redrive/redrive";
import { type Clients, clientsFor } from "../stack/clients";
import { AwsClock } from "../stack/clock";
import type { Consumer, Stack } from "../stack/stack";

const minute = 60_000;
const orders: Consumer = {
  ...{ name: "orders", kind: "queue", sourceArn: "arn:aws:sqs:eu-west-1:1:orders", logGroupName: "orders" },
  url: "https://sqs.eu-west-1.amazonaws.com/1/dead",
};

describe("the outcomes of what AWS has moved", () => {
  /** Milliseconds by which AWS's clock is ahead of this machine's. */
  let ahead = 0;
  let isMoved = false;
  let server: Server;
  let clients: Clients;
  let stack: Stack;
  const awsNow = () => Date.now() + ahead;

  const redriven = (id: string, at: number) => {
    const line = { message: "redriven", recordId: id, outcome: "succeeded", timestamp: new Date(at).toISOString() };
    return { eventId: id, timestamp: at, message: JSON.stringify(line) };
  };
  let lines: readonly ReturnType<typeof redriven>[] = [];
  const answers: Readonly<Record<string, (input: { readonly startTime?: number }) => object>> = {
    ListDeadLetterSourceQueues: () => ({ queueUrls: ["https://sqs.eu-west-1.amazonaws.com/1/orders"] }),
    GetQueueAttributes: () => ({ Attributes: { QueueArn: "arn:aws:sqs:eu-west-1:1:dead" } }),
    ListMessageMoveTasks: () => {
      const task = { Status: "COMPLETED", StartedTimestamp: 1, ApproximateNumberOfMessagesMoved: 1 };
      return { Results: isMoved ? [task] : [] };
    },
    StartMessageMoveTask: () => {
      isMoved = true;
      lines = [...lines, redriven("moved", awsNow())];
      return { TaskHandle: "task" };
    },
    FilterLogEvents: ({ startTime = 0 }) => ({ events: lines.filter(({ timestamp }) => timestamp >= startTime) }),
  };

  before(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
        response.setHeader("date", new Date(awsNow()).toUTCString());
        response.setHeader("content-type", "application/x-amz-json-1.0");
        response.end(JSON.stringify(answers[operation]?.(JSON.parse(body)) ?? {}));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server?.close());
  beforeEach(() => {
    const clock = new AwsClock();
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    clients = clientsFor({ region: "eu-west-1", endpoint: `http://127.0.0.1:${port}`, credentials }, clock);
    stack = {
      ...{ name: "prod", outputs: {}, consumers: [orders], flags: "", close: () => {} },
      ...{ clientsOf: () => clients, now: () => clock.now() },
    };
    isMoved = false;
  });
  afterEach(() => clients?.close());

  for (const [title, minutes] of [
    ["is right", 0],
    ["is ahead of AWS's", -4],
    ["is far ahead of AWS's", -30],
    ["is behind AWS's", 4],
    ["is far behind AWS's", 30],
  ] as const) {
    it(`are all since its start, and none before, if this machine's clock ${title}`, async () => {
      ahead = minutes * minute;
      lines = [redriven("long ago", awsNow() - 10 * minute), redriven("a moment ago", awsNow() - 10_000)];
      const answer = await redrive(
        stack,
        { consumer: orders, filter: {}, yes: true, canaryTimeout: 1, stopAfter: 5, audit: false, wait: 0.1 },
        { say: () => {}, signal: new AbortController().signal },
      );
      const { byAws, sent, succeeded, unknown } = "done" in answer ? answer.done : assert.fail();
      assert.deepEqual([byAws, sent, succeeded, unknown], [true, 1, 1, 0]);
    });
  }
});
