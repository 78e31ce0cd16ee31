// Folders of one run under the system's own for such things. A run that was killed cannot remove its own: the next one
// does.
import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** The caller removes it in the end. */
export function temporaryFolder(parent = tmpdir()): string {
  removeAbandoned(parent);
  return mkdtempSync(path.join(parent, `spillway-${process.pid}-`));
}

/** Linux has it, and a container may have very little of it. */
const sharedMemory = "/dev/shm";
/** The type of a file system in memory, as statfs has it. */
const tmpfs = 0x01021994;
/** Bytes. */
const enough = 1024 ** 3;

/**
 * For files that outlive nothing and are written often: in memory where the system has a place for that with at least 1
 * GiB to spare, since each write to a database on a disk waits for the disk. Whoever sets TMPDIR wants them there.
 */
export function placeForDatabases(memory = sharedMemory, chosen = process.env.TMPDIR): string {
  if (chosen !== undefined) return tmpdir();
  try {
    const { type, bavail, bsize } = statfsSync(memory);
    return type === tmpfs && bavail * bsize >= enough ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid] = /^spillway-(\d+)-\w{6}$/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(path.join(parent, name), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
