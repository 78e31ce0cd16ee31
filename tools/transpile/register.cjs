// Loads the modules of this repository in TypeScript as an evaluation does: what is compiled already needs no compiler.
"use strict";
const path = require("node:path");
const { registerTypeScript } = require("../../packages/graph/evaluate/typescript.cjs");

registerTypeScript(path.join(__dirname, "..", "..", "tsconfig.json"));
