// One invocation in its environment: what the function sees, and how each way of failing is answered.
// Longer than 250 lines because every way in which a function fails has its answer here.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { trimStack } from "spillway/bundle/frames";
import type { FunctionDefinition } from "../../lambda/function/definition";
import { call, definitionOf, functionArn, type RunningLambda, startLambda, until } from "../support/lambda";
import { region } from "../support/sqs";

describe("an execution environment", () => {
  let run: RunningLambda;
  const lines: { functionName: string; requestId: string | undefined; line: string }[] = [];

  before(async () => {
    run = await startLambda({
      onLog: (functionName, requestId, line) => lines.push({ functionName, requestId, line }),
    });
  });
  after(() => run.close());

  it("receives the event and Lambda's context", async () => {
    run.put(
      "context",
      `exports.handler = async (event, context) => ({
        event, ...context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID,
      });`,
      { timeout: 7, memorySize: 300 },
    );
    const { answer, requestId, functionError } = await call(run.lambda, "context", { n: 1 });
    assert.equal(functionError, undefined);
    assert.deepEqual(answer.event, { n: 1 });
    assert.equal(answer.functionName, "context");
    assert.equal(answer.functionVersion, "$LATEST");
    assert.equal(answer.invokedFunctionArn, functionArn("context"));
    assert.equal(answer.memoryLimitInMB, "300");
    assert.equal(answer.awsRequestId, requestId);
    assert.equal(answer.logGroupName, "/aws/lambda/context");
    assert.match(answer.logStreamName, /^2026\/01\/01\/\[\$LATEST\][0-9a-f]{32}$/);
    assert.ok(answer.left > 0 && answer.left <= 7000, `${answer.left} ms left`);
    assert.match(answer.trace, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$/);
  });

  it("is Lambda's runtime in the frames of a stack, which leaves it out for people", async () => {
    run.put("frames", 'exports.handler = async function handler() { return new Error("no funds").stack; };');
    const { answer } = await call(run.lambda, "frames");
    assert.match(answer, /^ {4}at run \(\/var\/runtime\/bootstrap\.cjs:\d+:\d+\)$/m);
    assert.match(trimStack(answer), /^Error: no funds\n {4}at handler \(.*\/index\.js:1:\d+\)$/);
  });

  it("has the installed packages of the AWS SDK, and none of the others", async () => {
    const client = "const { SQSClient, GetQueueUrlCommand } =";
    const handler = (what: string) =>
      `${what} = async () => [typeof SQSClient, new GetQueueUrlCommand({ QueueName: "q" }).input.QueueName];`;
    run.put("required", `${client} require("@aws-sdk/client-sqs"); ${handler("exports.handler")}`);
    const imported = `import { SQSClient, GetQueueUrlCommand } from "@aws-sdk/client-sqs"; ${handler("export const handler")}`;
    run.lambda.putFunction(definitionOf("imported", run.files.zip({ "index.mjs": imported })));
    run.put("other", 'require("valibot"); exports.handler = async () => {};');
    assert.deepEqual((await call(run.lambda, "required", {})).answer, ["function", "q"]);
    assert.deepEqual((await call(run.lambda, "imported", {})).answer, ["function", "q"]);
    assert.match((await call(run.lambda, "other", {})).answer.errorMessage, /Cannot find module 'valibot'/);
  });

  it("has Lambda's variables and its own, and none of this machine's", async () => {
    process.env.AWS_PROFILE = "production";
    process.env.HTTPS_PROXY = "http://proxy.example";
    try {
      run.put("variables", "exports.handler = async () => ({ ...process.env, cwd: process.cwd() });", {
        environment: {
          TABLE: "orders",
          AWS_MAX_ATTEMPTS: "5",
          AWS_ENDPOINT_URL_SQS: "https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com",
          AWS_USE_FIPS_ENDPOINT: "true",
          AWS_USE_DUALSTACK_ENDPOINT: "true",
        },
      });
      const { answer } = await call(run.lambda, "variables");
      assert.equal(answer.TABLE, "orders");
      assert.equal(answer.AWS_MAX_ATTEMPTS, "5");
      // They would lead to the real AWS.
      for (const name of ["AWS_ENDPOINT_URL_SQS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"]) {
        assert.equal(answer[name], undefined);
      }
      assert.equal(answer.AWS_LAMBDA_FUNCTION_NAME, "variables");
      assert.equal(answer.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, "256");
      assert.equal(answer.AWS_REGION, region);
      assert.equal(answer.AWS_EXECUTION_ENV, "AWS_Lambda_nodejs24.x");
      assert.equal(answer._HANDLER, "index.handler");
      assert.equal(answer.TZ, ":UTC");
      assert.equal(answer.AWS_ENDPOINT_URL, "http://127.0.0.1:9");
      assert.equal(answer.AWS_CONFIG_FILE, "/dev/null");
      assert.equal(answer.cwd, answer.LAMBDA_TASK_ROOT);
      assert.equal(answer.AWS_PROFILE, undefined);
      assert.equal(answer.HTTPS_PROXY, undefined);
      assert.equal(answer.NODE_OPTIONS, undefined);
      assert.notEqual(answer.HOME, process.env.HOME);
    } finally {
      delete process.env.AWS_PROFILE;
      delete process.env.HTTPS_PROXY;
    }
  });

  it("is identified by its own credentials", async () => {
    run.put("key", "exports.handler = async () => process.env.AWS_ACCESS_KEY_ID;");
    const { answer } = await call(run.lambda, "key");
    assert.match(answer, /^ASIA[A-Z2-7]{16}$/);
    const principal = run.lambda.identify(answer);
    assert.deepEqual(principal, {
      kind: "function",
      functionName: "key",
      roleArn: "arn:aws:iam::000000000000:role/consumer",
    });
    assert.deepEqual(run.lambda.identify("AKIAEXAMPLE"), { kind: "user" });
    assert.deepEqual(run.lambda.identify(undefined), { kind: "anonymous" });
  });

  it("returns null for a handler that returns nothing, also for one that is not an async function", async () => {
    run.put("nothing", "exports.handler = () => {};");
    assert.equal((await call(run.lambda, "nothing")).payload, "null");
  });

  it("returns an error with its type, message and trace", async () => {
    run.put(
      "throws",
      "class OrderError extends Error { name = 'OrderError' }; exports.handler = async () => { throw new OrderError('no stock'); };",
    );
    const { answer, functionError } = await call(run.lambda, "throws");
    assert.equal(functionError, "Unhandled");
    assert.equal(answer.errorType, "OrderError");
    assert.equal(answer.errorMessage, "no stock");
    assert.match(answer.trace.join("\n"), /index\.js/);
  });

  it("returns a thrown string as AWS does", async () => {
    run.put("text", "exports.handler = async () => { throw 'no'; };");
    assert.deepEqual((await call(run.lambda, "text")).answer, { errorType: "string", errorMessage: "no", trace: [] });
  });

  it("returns an unhandled rejection as an error and continues with a new environment", async () => {
    run.put(
      "rejects",
      "exports.handler = (event) => event.ok ? 'fine' : (Promise.reject(new Error('lost')), new Promise(() => {}));",
    );
    const { answer } = await call(run.lambda, "rejects");
    assert.equal(answer.errorType, "Runtime.UnhandledPromiseRejection");
    assert.equal(answer.errorMessage, "Error: lost");
    assert.equal((await call(run.lambda, "rejects", { ok: true })).answer, "fine");
  });

  it("returns the status of process.exit as an error", async () => {
    run.put("exits", "exports.handler = async () => process.exit(7);");
    const { answer, requestId } = await call(run.lambda, "exits");
    assert.deepEqual(answer, {
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status 7`,
    });
  });

  it("returns an error when it is killed from outside, and continues with a new environment", async () => {
    run.put(
      "killed",
      "exports.handler = (event) => event.ok ? 'fine' : new Promise((resolve) => setTimeout(resolve, 9000));",
    );
    const running = call(run.lambda, "killed");
    let pid: number | undefined;
    await until("the function runs", () => {
      pid = run.lambda.pool.processes.find(({ functionName, busy }) => functionName === "killed" && busy)?.pid;
      return pid;
    });
    process.kill(pid ?? 0, "SIGKILL");
    const { answer, requestId } = await running;
    assert.equal(answer.errorType, "Runtime.ExitError");
    assert.equal(answer.errorMessage, `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`);
    assert.equal((await call(run.lambda, "killed", { ok: true })).answer, "fine");
  });

  it("is killed when an event does not end within the timeout, even in a busy loop", async () => {
    run.put("slow", "exports.handler = async () => { for (;;); };", { timeout: 1 });
    const { answer, requestId, functionError } = await call(run.lambda, "slow");
    assert.equal(functionError, "Unhandled");
    assert.equal(answer.errorType, "Sandbox.Timedout");
    assert.equal(answer.errorMessage, `2026-01-01T00:00:00.000Z ${requestId} Task timed out after 1.00 seconds`);
  });

  it("has answered in time where the run itself was too busy to read that", async () => {
    const file = path.join(run.files.folder, "answered");
    const code = `exports.handler = async (event) => {
      if (event.file) setTimeout(() => require("node:fs").writeFileSync(event.file, ""), 50);
      return "fine";
    };`;
    run.put("prompt", code, { timeout: 1 });
    await call(run.lambda, "prompt");
    const answered = call(run.lambda, "prompt", { file });
    for (const over = Date.now() + 1100; !existsSync(file) || Date.now() < over; );
    assert.equal((await answered).answer, "fine");
  });

  it("is limited to its memory", async () => {
    run.put(
      "memory",
      "exports.handler = async () => { const all = []; for (;;) all.push(new Array(1e5).fill('x' + all.length)); };",
      {
        memorySize: 128,
        timeout: 60,
      },
    );
    const { answer } = await call(run.lambda, "memory");
    assert.equal(answer.errorType, "Runtime.ExitError");
    assert.match(answer.errorMessage, /signal: aborted/);
  });

  it("refuses an answer over 6 MB", async () => {
    run.put("large", "exports.handler = async () => 'x'.repeat(6.3e6);");
    assert.deepEqual((await call(run.lambda, "large")).answer, {
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    });
  });

  const broken: readonly [string, string, string, string, RegExp][] = [
    [
      "a callback handler",
      "index.handler",
      "exports.handler = async (a, b, c) => {};",
      "Runtime.CallbackHandlerDeprecated",
      /removed support for callback-based/,
    ],
    [
      "a handler that is not exported",
      "index.other",
      "exports.handler = async () => {};",
      "Runtime.HandlerNotFound",
      /^index\.other is undefined or not exported$/,
    ],
    [
      "a module that is not there",
      "main.handler",
      "exports.handler = async () => {};",
      "Runtime.ImportModuleError",
      /Cannot find module/,
    ],
    [
      "a client of the SDK that is not installed",
      "index.handler",
      'require("@aws-sdk/client-of-nothing"); exports.handler = async () => {};',
      "Runtime.ImportModuleError",
      /^Error: @aws-sdk\/client-of-nothing is in Lambda's runtime, but not among the packages of this project.*; npm install --save-dev @aws-sdk\/client-of-nothing adds it\.$/,
    ],
    [
      "a syntax error",
      "index.handler",
      "exports.handler = async () => {",
      "Runtime.UserCodeSyntaxError",
      /SyntaxError/,
    ],
    ["an error at import", "index.handler", "throw new RangeError('no settings');", "RangeError", /^no settings$/],
    [
      "a handler name without a dot",
      "index",
      "exports.handler = async () => {};",
      "Runtime.MalformedHandlerName",
      /Bad handler/,
    ],
  ];
  for (const [what, handler, code, errorType, message] of broken) {
    it(`answers each event of ${what} with ${errorType}`, async () => {
      run.put("broken", code, { handler });
      for (let attempt = 0; attempt < 2; attempt++) {
        const { answer, functionError } = await call(run.lambda, "broken");
        assert.equal(functionError, "Unhandled");
        assert.equal(answer.errorType, errorType);
        assert.match(answer.errorMessage, message);
      }
    });
  }

  it("loads ES modules and handlers in folders", async () => {
    const { lambda, files } = run;
    const archive = files.zip({
      "src/app.mjs": "export const handler = async () => import.meta.filename.split('/').pop();",
    });
    lambda.putFunction(definitionOf("module", archive, { handler: "src/app.handler" }));
    assert.equal((await call(lambda, "module")).answer, "app.mjs");
  });

  it("passes on each log line with its request, in Lambda's format", async () => {
    run.put(
      "logs",
      "exports.handler = async (event) => { console.log('order', event.id); process.stdout.write('raw\\n'); console.warn('low'); };",
    );
    lines.length = 0;
    const first = await call(run.lambda, "logs", { id: 1 });
    const second = await call(run.lambda, "logs", { id: 2 });
    const of = (requestId: string) =>
      lines
        .filter((each) => each.requestId === requestId)
        .map(({ line }) => line.split("\t").slice(1).join(" ") || line);
    assert.deepEqual(
      of(first.requestId).sort(),
      [`${first.requestId} INFO order 1`, `${first.requestId} WARN low`, "raw"].sort(),
    );
    assert.ok(of(second.requestId).includes(`${second.requestId} INFO order 2`));
    assert.match(
      second.logTail(),
      /^START RequestId: .* Version: \$LATEST\n(?:.*\n)*.*order 2\n(?:.*\n)*END RequestId: .*\nREPORT RequestId: .*Duration: [\d.]+ ms\t/,
    );
    assert.doesNotMatch(second.logTail(), /order 1/);
  });

  it("writes JSON lines where the function's log format is JSON, from its level on", async () => {
    run.put(
      "json-logs",
      "exports.handler = async () => { console.debug('hidden'); console.info({ orderId: 'o-1' }); console.error('failed', new TypeError('bad')); };",
      {
        logFormat: "JSON",
      },
    );
    lines.length = 0;
    const { requestId } = await call(run.lambda, "json-logs");
    const written = lines.map(({ line }) => JSON.parse(line)).sort((a, b) => (a.level < b.level ? 1 : -1));
    assert.equal(written.length, 2);
    assert.deepEqual(
      { ...written[0], timestamp: "" },
      { timestamp: "", level: "INFO", requestId, message: { orderId: "o-1" } },
    );
    assert.equal(written[1].errorType, "TypeError");
    assert.equal(written[1].errorMessage, "bad");
  });

  it("leaves out what is below the function's level, as Lambda does", async () => {
    const code = `
      const at = (level, timestamp = "2026-01-01T00:00:00Z") =>
        process.stdout.write(JSON.stringify({ level, timestamp }) + "\\n");
      exports.handler = async () => {
        for (const method of ["trace", "debug", "info", "warn", "error"]) console[method](method);
        for (const level of ["debug", "INFO", "warn", "FATAL", "none"]) at(level);
        at("ERROR", "yesterday");
        process.stdout.write("text\\n");
        return process.env.AWS_LAMBDA_LOG_LEVEL ?? "";
      };`;
    const kept = async (name: string, definition: Partial<FunctionDefinition>) => {
      run.put(name, code, definition);
      lines.length = 0;
      const { answer, logTail } = await call(run.lambda, name);
      const seen = lines.map(({ line }) => (line.startsWith("{") ? JSON.parse(line) : { message: line }));
      assert.equal(
        /"debug"/.test(logTail()),
        seen.some(({ level }) => level === "debug"),
      );
      return [answer, ...seen.map(({ message, level }) => message ?? level).sort()];
    };
    const json = { logFormat: "JSON" } as const;
    assert.deepEqual(await kept("usual", json), [
      "INFO",
      ...["ERROR", "FATAL", "INFO", "error", "info", "none", "text", "warn", "warn"],
    ]);
    const all = ["ERROR", "FATAL", "INFO", "debug", "debug", "error", "info", "none", "text", "warn", "warn"];
    assert.deepEqual(await kept("more", { ...json, applicationLogLevel: "DEBUG" }), ["DEBUG", ...all]);
    assert.deepEqual(await kept("fewer", { ...json, applicationLogLevel: "WARN" }), [
      "WARN",
      ...["FATAL", "error", "warn", "warn"],
    ]);
    const [level, ...texts] = await kept("texts", { applicationLogLevel: "WARN" });
    assert.deepEqual([level, texts.length], ["", 12]);
  });

  it("reports positions in the source where the archive has a source map", async () => {
    const { lambda, files } = run;
    const code =
      "exports.handler=async()=>{throw Object.assign(new Error('x'),{name:require('node:fs').readFileSync(__filename,'utf8')+process.argv.length})};";
    const archive = files.zip({ "index.js": code });
    const sourceMap = path.join(files.folder, "place.js.map");
    // Generated line 1 came from line 5 of functions/place-order.ts.
    writeFileSync(
      sourceMap,
      JSON.stringify({ version: 3, sources: ["functions/place-order.ts"], names: [], mappings: "AAIA" }),
    );
    lambda.putFunction(definitionOf("mapped", archive, { sourceMap }));
    const { answer } = await call(lambda, "mapped");
    assert.match(answer.trace.join("\n"), /functions\/place-order\.ts:5/);
    const module = files.zip({ "index.mjs": "export const handler=async()=>{throw new Error('x')};" });
    lambda.putFunction(definitionOf("mapped-module", module, { sourceMap }));
    assert.match((await call(lambda, "mapped-module")).answer.trace.join("\n"), /functions\/place-order\.ts:5/);
    assert.equal(answer.errorType, `${code}2`, "the file is as in the archive, and the process as without a map");
  });
});
