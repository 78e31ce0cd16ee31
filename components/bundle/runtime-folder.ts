// Where esbuild finds what runs in Lambda: in the published package its ES modules, because esbuild leaves unused parts
// only of those out of a bundle; in the repository its sources.
import { existsSync } from "node:fs";
import * as path from "node:path";

const published = path.resolve(__dirname, "..", "esm", "runtime");

/** Absolute path. */
export const runtimeFolder = existsSync(published) ? published : path.resolve(__dirname, "..", "runtime");
