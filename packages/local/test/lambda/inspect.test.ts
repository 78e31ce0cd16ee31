// A debugger in a function, as VS Code and Chrome talk to it.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { createClock } from "../../service/clock";
import {
  call,
  createQueue,
  functionArn,
  queueArn,
  type RunningLambda,
  roleArn,
  startLambda,
  until,
} from "../support/lambda";
import { user } from "../support/sqs";

interface Told {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly params?: { readonly callFrames?: readonly { readonly callFrameId: string }[]; readonly url?: string };
}

/** The process that listens on the port, over its WebSocket. */
async function attach(port: number) {
  const list = () => fetch(`http://127.0.0.1:${port}/json/list`).then((answer) => answer.json());
  await until("the function listens", () =>
    list().then(
      () => true,
      () => false,
    ),
  );
  const [{ webSocketDebuggerUrl }] = (await list()) as [{ readonly webSocketDebuggerUrl: string }];
  const socket = new WebSocket(webSocketDebuggerUrl);
  const told: Told[] = [];
  socket.addEventListener("message", ({ data }) => told.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  let count = 0;
  const find = async (what: string, is: (each: Told) => boolean): Promise<Told> => {
    await until(what, () => told.some(is));
    return told.find(is) ?? assert.fail(what);
  };
  return {
    async ask(method: string, params: object = {}) {
      const id = ++count;
      socket.send(JSON.stringify({ id, method, params }));
      return (await find(`${method} is answered`, (each) => each.id === id)).result ?? {};
    },
    hears: (method: string, is: (told: Told) => boolean = () => true) =>
      find(`${method} is told`, (each) => each.method === method && is(each)),
    close: () => socket.close(),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("a function that listens for a debugger", () => {
  let run: RunningLambda;
  let port: number;
  beforeEach(async () => {
    port = await freePort();
    run = await startLambda({ clock: createClock(1), inspectPort: port });
  });
  afterEach(() => run.close());

  it("stops at a breakpoint that was set before its first event, for longer than its timeout", async () => {
    run.put("stops", "exports.handler = async (event) => {\n  const n = event.n;\n  return n + 1;\n};", { timeout: 1 });
    const debug = await attach(port);
    await debug.ask("Debugger.enable");
    await debug.hears("Debugger.scriptParsed", ({ params }) => params?.url?.endsWith("/index.js") === true);
    const { locations } = await debug.ask("Debugger.setBreakpointByUrl", { urlRegex: "/index\\.js$", lineNumber: 2 });
    assert.equal((locations as readonly unknown[]).length, 1);
    const answered = call(run.lambda, "stops", { n: 7 });
    const { params } = await debug.hears("Debugger.paused");
    const callFrameId = params?.callFrames?.[0]?.callFrameId;
    const { result } = await debug.ask("Debugger.evaluateOnCallFrame", { callFrameId, expression: "n * 2" });
    assert.equal((result as { readonly value: number }).value, 14);
    await pause(1500);
    await debug.ask("Debugger.resume");
    const { answer, functionError } = await answered;
    assert.deepEqual([answer, functionError], [8, undefined]);
    debug.close();
  });

  it("has its own port, which its new code keeps", async () => {
    const saying = (word: string) => `exports.handler = async () => "${word}";`;
    run.put("first", saying("old"));
    run.put("second", saying("other"));
    assert.deepEqual(
      [...run.lambda.pool.inspectPorts],
      [
        ["first", port],
        ["second", port + 1],
      ],
    );
    run.put("first", saying("new"));
    const debug = await attach(port);
    const expression = "process.env.AWS_LAMBDA_FUNCTION_NAME";
    const { result } = await debug.ask("Runtime.evaluate", { expression });
    assert.equal((result as { readonly value: string }).value, "first");
    debug.close();
    assert.equal((await call(run.lambda, "first")).answer, "new");
  });

  it("runs one event at a time, and does not receive a message again while it is processing it", async () => {
    const url = await createQueue(run, "orders", { VisibilityTimeout: "2" });
    const counts =
      "let n = 0; exports.handler = async () => { n++; await new Promise((r) => setTimeout(r, 2500)); return n; };";
    run.put("slow", counts, { timeout: 1 });
    await run.lambda.putMapping({
      uuid: "00000000-0000-4000-8000-000000000000",
      arn: "arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:1",
      eventSourceArn: queueArn("orders"),
      functionName: "slow",
      functionArn: functionArn("slow"),
      roleArn,
      enabled: true,
      batchSize: 10,
      maximumBatchingWindowInSeconds: 0,
      functionResponseTypes: [],
      maximumConcurrency: undefined,
      filters: [],
    });
    await run.ask(user, "sqs", "SendMessage", { QueueUrl: url, MessageBody: "one" });
    await until("it runs", () => run.lambda.pool.processes.some(({ busy }) => busy));
    await until("it has ended", () => run.lambda.pool.processes.every(({ busy }) => !busy));
    assert.equal((await call(run.lambda, "slow")).answer, 2);
    assert.equal(run.lambda.pool.processes.length, 1);
  });
});
