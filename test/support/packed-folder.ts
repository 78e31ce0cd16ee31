// Where the tests of one run pack the packages: one folder for all of its processes, so that the first removes it.
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const variable = "SPILLWAY_TEST_PACKED";

/** Names the folder for this process and all that it starts. Nothing is made before it is needed. */
export function choosePackedFolder(): string {
  const folder = path.join(realpathSync(tmpdir()), `spillway-packed-${randomUUID()}`);
  process.env[variable] = folder;
  return folder;
}

/** A folder of this process alone. */
export function makePackedFolder(): string {
  const folder = process.env[variable];
  if (folder === undefined) throw new Error("Packages are packed in tests only, which Mocha runs.");
  mkdirSync(folder, { recursive: true });
  return mkdtempSync(path.join(folder, "of-"));
}
