// How tests start a process that loads modules of this repository in TypeScript.
import * as path from "node:path";

/** Arguments of Node. */
export const loadTypeScript = [
  "-r",
  path.resolve(__dirname, "..", "..", "tools", "transpile", "register.cjs"),
] as const;
