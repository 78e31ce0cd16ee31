// Gives a package's folder its sources' package.json again: at once as the script `postpack`, or a minute after
// `prepack`, which gives the time at which it has written package.json, unless that has been restored by then. Plain
// JavaScript, so that it starts fast.
"use strict";
const { existsSync, renameSync, rmSync, statSync } = require("node:fs");

const minute = 60_000;
const [written] = process.argv.slice(2);

function restore() {
  if (!existsSync("package.json.source")) return;
  // Another `prepack` has been here since, and has a watch of its own.
  if (written !== undefined && String(statSync("package.json").mtimeMs) !== written) return;
  renameSync("package.json.source", "package.json");
  rmSync("LICENSE", { force: true });
  rmSync("dist", { recursive: true, force: true });
}

if (written === undefined) restore();
else setTimeout(restore, minute);
