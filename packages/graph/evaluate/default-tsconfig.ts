// The settings of TypeScript for a program that has none.
import * as path from "node:path";

/** Absolute path of the file. */
export const defaultTsconfig = path.join(__dirname, "tsconfig.default.json");
