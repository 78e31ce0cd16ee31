// Loads each bundle once, as the start of a function would, and says what died. Plain JavaScript, so that it starts in
// milliseconds. Nothing asynchronous that a bundle begins comes to run: the process ends with the last bundle.
"use strict";
const { writeSync } = require("node:fs");

const answers = 3;
const exit = process.reallyExit.bind(process);
const [settingsVariable, ...files] = process.argv.slice(2);
const given = { ...process.env };
/** What libraries, the SDK and Powertools among them, ask for out of habit, and do not die of. */
const habits =
  /^(AWS_.*|POWERTOOLS_.*|NODE_(ENV|DEBUG|OPTIONS|V8_COVERAGE)|DEBUG|LOG_LEVEL|NO_COLOR|FORCE_COLOR|COLORTERM|TERM|CI)$/;
/** What every function has, and this process has not. */
const ofLambda = /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|LAMBDA_RUNTIME_API)$/;

let missing;
let isLoaded;

/** Notes the variables that are asked for in vain. The consumer asks for its settings when every module is loaded. */
function lookUp(name) {
  if (name === settingsVariable) isLoaded = true;
  else if (typeof name === "string" && !Object.hasOwn(given, name) && (ofLambda.test(name) || !habits.test(name))) {
    missing.add(name);
  }
}

process.env = new Proxy(given, {
  get: (target, name) => {
    lookUp(name);
    return Reflect.get(target, name);
  },
  has: (target, name) => {
    lookUp(name);
    return Reflect.has(target, name);
  },
  getOwnPropertyDescriptor: (target, name) => {
    lookUp(name);
    return Reflect.getOwnPropertyDescriptor(target, name);
  },
  ownKeys: (target) => {
    missing.add("*");
    return Reflect.ownKeys(target);
  },
  set: (target, name, value) => Reflect.set(target, name, String(value)),
});

process.exit = (code) => {
  throw new Error(`The code ends the process with code ${code ?? process.exitCode ?? 0} while it is loaded.`);
};

function died(error) {
  const isError = typeof error === "object" && error !== null;
  return {
    name: String((isError && error.name) || "Error"),
    message: String(isError ? error.message : error),
    code: isError && typeof error.code === "string" ? error.code : undefined,
    path: isError && typeof error.path === "string" ? error.path : undefined,
    stack: String((isError && error.stack) || ""),
    missing: [...missing],
  };
}

for (const file of files) {
  missing = new Set();
  isLoaded = false;
  let answer = {};
  try {
    require(file);
  } catch (error) {
    try {
      // Without its settings the consumer gives up: what it needed of the code is there by then.
      if (!isLoaded) answer = died(error);
    } catch {
      // An error that cannot be read says nothing.
    }
  }
  delete require.cache[file];
  module.children.length = 0;
  writeSync(answers, `${JSON.stringify(answer)}\n`);
}
exit(0);
