// What the process of an evaluation loads first: see typescript.cjs. launch.ts sets the variable.
"use strict";
const { registerTypeScript } = require("./typescript.cjs");

registerTypeScript(process.env.TS_NODE_PROJECT);
