// The runtime inside an execution environment: loads the handler, then runs one event at a time, as Lambda's own
// runtime for Node.js 24 does. It is plain JavaScript without imports from this package, because
// every environment starts it and it must start fast.
"use strict";
const { existsSync, realpathSync } = require("node:fs");
const { registerHooks } = require("node:module");
const net = require("node:net");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { format, inspect } = require("node:util");

const send = process.send.bind(process);
const exit = process.exit.bind(process);
const environment = { ...process.env };
const [sourceMap, skipped] = process.argv.splice(2);
let requestId;

/** Milliseconds that the run's clock has skipped. */
let ahead = Number(skipped ?? 0);
/** Where the run's clock skips time, it passes for the function, too: all but the time of timers, which is real. */
if (skipped !== undefined) {
  const RealDate = Date;
  const now = () => RealDate.now() + ahead;
  globalThis.Date = new Proxy(RealDate, {
    get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
    construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
    apply: () => new Date().toString(),
  });
  RealDate.prototype.constructor = Date;
}

// The process ends with the run.
process.on("disconnect", () => exit(0));
// On Lambda the process has no parent to talk to, and some libraries check that.
process.send = undefined;

/**
 * Each connection to the run begins with the function's key, so that the run knows the sender, whatever key signs the
 * request.
 */
function introduce() {
  const { AWS_ENDPOINT_URL: address, AWS_ACCESS_KEY_ID: key } = environment;
  if (address === undefined || key === undefined) return;
  const own = new URL(address);
  const hosts = [own.hostname, "127.0.0.1", "localhost", "::1"];
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...given) {
    const result = connect.apply(this, given);
    // The arguments of net.connect: options, or a port and a host, or, from Node.js itself, a list of both.
    const [first, second] = Array.isArray(given[0]) ? given[0] : given;
    const { port, host } = typeof first === "object" ? first : { port: first, host: second };
    if (String(port) === own.port && hosts.includes(typeof host === "string" ? host : "localhost")) {
      this.write(`SPILLWAY-SENDER ${key}\r\n`);
    }
    return result;
  };
}
introduce();

const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const asJson = environment.AWS_LAMBDA_LOG_FORMAT === "JSON";
/** Lambda sets the level only where the format is JSON. */
const lowest = levels.indexOf(environment.AWS_LAMBDA_LOG_LEVEL);

function log(level, stream, values) {
  if (levels.indexOf(level) < lowest) return;
  const timestamp = new Date().toISOString();
  if (asJson) {
    const error = values.find((value) => value instanceof Error);
    const [first] = values;
    const whole = values.length === 1 && typeof first === "object" && first !== null && error === undefined;
    const line = { timestamp, level, requestId, message: whole ? first : format(...values) };
    if (error !== undefined) {
      const { errorType, errorMessage, trace } = describe(error);
      Object.assign(line, { errorType, errorMessage, stackTrace: trace.slice(1).map((frame) => frame.trim()) });
    }
    stream.write(`${text(line) ?? JSON.stringify({ ...line, message: inspect(first) })}\n`);
  } else {
    stream.write(`${[timestamp, requestId, level, format(...values)].join("\t")}\n`);
  }
}

const text = (value) => {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
};

for (const [method, level, stream] of [
  ["trace", "TRACE", process.stdout],
  ["debug", "DEBUG", process.stdout],
  ["log", "INFO", process.stdout],
  ["info", "INFO", process.stdout],
  ["warn", "WARN", process.stderr],
  ["error", "ERROR", process.stderr],
]) {
  console[method] = (...values) => log(level, stream, values);
}

/** An error in Lambda's format. */
function describe(error) {
  if (error instanceof Error || (typeof error === "object" && error !== null && "stack" in error && "name" in error)) {
    return {
      errorType: String(error.name),
      errorMessage: String(error.message),
      trace: String(error.stack ?? "").split("\n"),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function runtimeError(errorType, errorMessage, cause) {
  const error = new Error(errorMessage);
  error.name = errorType;
  if (cause?.stack !== undefined) error.stack = cause.stack;
  return error;
}

/** Responds with a failure and ends the environment, as Lambda does after an uncaught error. */
function die(error, status) {
  log("ERROR", process.stderr, [requestId === undefined ? "Init Error" : "Uncaught Exception", error]);
  const payload = JSON.stringify(describe(error));
  const last =
    requestId === undefined ? { type: "initError", payload } : { type: "failed", requestId, payload, last: true };
  try {
    send(last, () => exit(status));
  } catch {
    exit(status);
  }
}

process.on("uncaughtException", (error) => die(error, 129));
process.on("unhandledRejection", (reason) =>
  die(
    runtimeError("Runtime.UnhandledPromiseRejection", String(reason), reason instanceof Error ? reason : undefined),
    128,
  ),
);

/**
 * The archive holds no pointer to its source map, so that its bytes are the same everywhere. The file stays as it is
 * there, and only what is compiled of it gets the pointer. The map stays where it is, too, since the names of the
 * sources in it are relative to that place.
 */
function pointTo(map, file) {
  // Node.js reads only relative addresses.
  const address = path
    .relative(path.dirname(file), realpathSync(map))
    .split(path.sep)
    .map(encodeURIComponent)
    .join("/");
  const url = pathToFileURL(file).href;
  registerHooks({
    load(each, context, next) {
      const loaded = next(each, context);
      if (each !== url) return loaded;
      return { ...loaded, source: `${loaded.source}\n//# sourceMappingURL=${address}\n` };
    },
  });
}

async function load() {
  const root = environment.LAMBDA_TASK_ROOT;
  const handler = environment._HANDLER;
  const directory = path.dirname(handler);
  const names = /^([^.]*)\.(.+)$/.exec(path.basename(handler));
  if (names === null || handler.includes("..")) {
    throw runtimeError("Runtime.MalformedHandlerName", "Bad handler");
  }
  const [, file, exported] = names;
  const base = path.resolve(root, directory, file);
  const found = [base, `${base}.js`, `${base}.mjs`, `${base}.cjs`].find(
    (each) => path.extname(each) !== "" && existsSync(each),
  );
  if (found !== undefined && sourceMap !== "") pointTo(sourceMap, realpathSync(found));
  let loaded;
  try {
    if (found?.endsWith(".mjs")) loaded = await import(pathToFileURL(found).href);
    else loaded = require(found ?? base);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError("Runtime.UserCodeSyntaxError", String(error), error);
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      const [, sdk] = /'(@(?:aws-sdk|smithy)\/[^/']+)/.exec(error.message) ?? [];
      if (sdk !== undefined) {
        throw runtimeError(
          "Runtime.ImportModuleError",
          `Error: ${sdk} is in Lambda's runtime, but not among the packages of this project, which the local run takes it from; npm install --save-dev ${sdk} adds it.`,
          error,
        );
      }
      throw runtimeError("Runtime.ImportModuleError", String(error), error);
    }
    throw error;
  }
  let target = loaded;
  for (const name of exported.split(".")) target = target?.[name] ?? target?.default?.[name];
  if (target === undefined) {
    throw runtimeError("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  if (typeof target !== "function") throw runtimeError("Runtime.HandlerNotFound", `${handler} is not a function`);
  if (target.length >= 3) {
    throw runtimeError(
      "Runtime.CallbackHandlerDeprecated",
      "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
    );
  }
  return target;
}

function contextOf(message, deadline) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: message.clientContext,
    identity: undefined,
    invokedFunctionArn: message.invokedFunctionArn,
    awsRequestId: message.requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function run(handler, message) {
  ahead = message.ahead ?? 0;
  const deadline = Date.now() + message.timeout;
  requestId = message.requestId;
  process.env._X_AMZN_TRACE_ID = message.traceId;
  try {
    const result = await handler(JSON.parse(message.payload), contextOf(message, deadline));
    let payload;
    try {
      payload = JSON.stringify(result === undefined ? null : result) ?? "null";
    } catch {
      throw runtimeError("Runtime.JSONStringifyError", "Unable to stringify response body");
    }
    send({ type: "succeeded", requestId: message.requestId, payload, memory: process.resourceUsage().maxRSS });
  } catch (error) {
    log("ERROR", process.stderr, ["Invoke Error", error]);
    const payload = JSON.stringify(describe(error));
    send({ type: "failed", requestId: message.requestId, payload, memory: process.resourceUsage().maxRSS });
  }
}

load().then(
  (handler) => {
    process.on("message", (message) => run(handler, message));
    send({ type: "ready" });
  },
  (error) => die(error, 1),
);

// The frames of this file are those of Lambda's runtime, as on AWS: a reason leaves them out wherever this package is.
//# sourceURL=/var/runtime/bootstrap.cjs
