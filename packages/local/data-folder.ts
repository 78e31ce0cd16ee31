// Where a run keeps what outlives it: a folder that one run at a time may use.
import { existsSync, mkdirSync, statSync } from "node:fs";
import * as path from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Makes the folder, and those above it, unless it is there, and keeps other runs out of it until the function that is
 * returned is called, or this process has ended, however it ends. Throws an Error for the user when that cannot be
 * done.
 */
export function takeDataFolder(folder: string): () => void {
  try {
    makeFolder(path.resolve(folder));
  } catch (error) {
    throw new Error(
      `--data is "${folder}", and the folder cannot be created: ${(error as Error).message}. Give one in which you may write.`,
    );
  }
  return lock(folder);
}

/**
 * Folders are created one by one. Node's recursive option never ends on a file system without new folders, such as
 * /proc.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is a file`);
    return;
  }
  makeFolder(path.dirname(folder));
  mkdirSync(folder);
}

/** SQLite's lock on a file is the operating system's. It ends with the process, even if the process is killed. */
function lock(folder: string): () => void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path.join(folder, "lock"));
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    const busy = (error as { errcode?: number }).errcode === sqliteBusy;
    throw new Error(
      busy
        ? `--data is "${folder}", which another run is using; end that run, or give another folder.`
        : `--data is "${folder}", and nothing can be written there: ${(error as Error).message}. Give one in which you may write.`,
    );
  }
  const locked = database;
  return () => locked.close();
}

/** SQLite's result code SQLITE_BUSY. */
const sqliteBusy = 5;
