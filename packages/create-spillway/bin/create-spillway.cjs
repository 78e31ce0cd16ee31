#!/usr/bin/env node
// The command `create-spillway`: runs main.ts, or what was built of it. This is plain JavaScript that an old Node
// reads.
"use strict";
const { existsSync } = require("node:fs");
const path = require("node:path");

if (Number(process.versions.node.split(".")[0]) < 20) {
  process.stderr.write(`Node is ${process.versions.node}; Spillway needs 22.15 or later. Install Node 24.\n`);
  process.exitCode = 1;
} else {
  const main = path.join(__dirname, "..", "main");
  if (existsSync(`${main}.ts`)) {
    require(path.join(__dirname, "..", "..", "..", "tools", "transpile", "register.cjs"));
  }
  require(main).main(process.argv.slice(2), require("create-spillway/package.json").version);
}
