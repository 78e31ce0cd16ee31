// A copy of the tables that an earlier run kept in its data folder, for a run that must not change them.
import { cpSync, existsSync, rmSync, statSync } from "node:fs";
import * as path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { temporaryFolder } from "./service/temporary-folder";

/** What waits in queues stays out: it belongs to the run that kept it. `lock` is that run's alone. */
const leftOut = /^(lock|(sqs|sns)\.db)/;

/**
 * Answers a temporary folder with the copy; the caller removes it. Nothing is written to the original. Throws an Error
 * for the user.
 */
export function copyTables(folder: string): { readonly directory: string; remove(): void } {
  if (!existsSync(path.join(folder, "dynamodb.db")) || !statSync(folder).isDirectory()) {
    throw new Error(
      `"${folder}" has no tables of a local run; give the folder of a run that was started with --data, once it has ended.`,
    );
  }
  const release = keepOthersOut(folder);
  const directory = temporaryFolder();
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  try {
    const isTaken = (file: string) => file === folder || !leftOut.test(path.basename(file));
    cpSync(folder, directory, { recursive: true, filter: isTaken });
    return { directory, remove };
  } catch (error) {
    remove();
    throw error;
  } finally {
    release();
  }
}

/** A reader's lock of SQLite, which no run can share. It writes nothing. */
function keepOthersOut(folder: string): () => void {
  const file = path.join(folder, "lock");
  if (!existsSync(file)) return () => {};
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    database.exec("BEGIN");
    database.prepare("SELECT count(*) FROM sqlite_master").get();
  } catch {
    database.close();
    throw new Error(`"${folder}" is in use by another run; end that run, so that its tables are complete.`);
  }
  return () => database.close();
}
