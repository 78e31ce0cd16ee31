// Where a run keeps what outlives it.
import { existsSync, mkdirSync, statSync } from "node:fs";
import * as path from "node:path";

/** Makes the folder, and those above it, unless it is there. Throws an Error for the user when that cannot be done. */
export function makeDataFolder(folder: string): void {
  try {
    makeFolder(path.resolve(folder));
  } catch (error) {
    throw new Error(
      `--data is "${folder}", and the folder cannot be made: ${(error as Error).message}. Give one in which you may write.`,
    );
  }
}

/** One by one: Node's own recursive way never ends where the file system takes no folders at all, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is a file`);
    return;
  }
  makeFolder(path.dirname(folder));
  mkdirSync(folder);
}
