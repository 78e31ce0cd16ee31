#!/usr/bin/env node
// The command `spillway`: finds a Node that is new enough, and runs main.ts there, or what was built of it. This is
// plain JavaScript that an old Node reads.
"use strict";
const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { enableCompileCache } = require("node:module");
const { constants } = require("node:os");
const path = require("node:path");
const { installedNode, refuseNode } = require("./node-version.cjs");

const refusal = refuseNode(process.versions.node);
if (refusal === undefined) {
  runHere();
} else {
  const node = installedNode();
  if (node === undefined) {
    process.stderr.write(`${refusal}\n`);
    process.exitCode = 1;
  } else {
    runBy(node);
  }
}

function runHere() {
  // Node keeps what it compiles, so that the next start is faster.
  enableCompileCache();
  // Node warns at each start that node:sqlite, which the local run uses, is experimental.
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (rest[0] !== "ExperimentalWarning") emitWarning.call(process, warning, ...rest);
  };
  const main = path.join(__dirname, "..", "main");
  if (existsSync(`${main}.ts`)) {
    require(path.join(__dirname, "..", "..", "..", "tools", "transpile", "register.cjs"));
  }
  require(main).main(process.argv.slice(2), require("@spillway/cli/package.json").version);
}

/**
 * Runs this file by another Node. A signal is passed on as a message. A terminal sends Ctrl-C to both processes, and so
 * the child can tell that both are the same one. When this process is killed, the channel closes and the child ends.
 */
function runBy(node) {
  const child = spawn(node, ["--max-semi-space-size=2", __filename, ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (child.connected) child.send("interrupt");
    });
  }
  child.once("error", (error) => {
    process.stderr.write(`${node} cannot be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.once("exit", (code, signal) => process.exit(code === null ? 128 + constants.signals[signal] : code));
}
