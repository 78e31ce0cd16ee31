// `npm run check`: runs scripts of package.json side by side, and shows what each has written when it has ended. Plain
// JavaScript, so that it starts fast.
"use strict";
const { spawn } = require("node:child_process");

for (const script of process.argv.slice(2)) {
  const child = spawn(process.execPath, ["--run", script], { stdio: ["ignore", "pipe", "pipe"] });
  const written = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => written.push(part));
  child.once("close", (code, signal) => {
    process.stdout.write(`${Buffer.concat(written)}${script}: ${code === 0 ? "fine" : `failed (${signal ?? code})`}\n`);
    if (code !== 0) process.exitCode = 1;
  });
}
