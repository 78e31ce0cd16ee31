// The zip that Lambda gets: the same bytes for the same code, on every run and machine.
import { zipSync } from "fflate";

/** The file with the code, which Lambda runs as `index.handler`. */
export const codeFile = "index.js";

/** Zip stores local time without a zone: the fields of this date are the same everywhere. */
const fixedTime = new Date(1980, 0, 1);
const unix = 3;
/** Lambda runs the code as another user, who must be able to read it. */
const regularFileReadableByAll = 0o100644 << 16;

export function archiveOf(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(entries), {
    level: 9,
    mtime: fixedTime,
    os: unix,
    attrs: regularFileReadableByAll >>> 0,
  });
}
