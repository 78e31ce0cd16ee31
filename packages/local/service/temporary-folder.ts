// Temporary folders of one run. A run that was killed cannot remove its folders, so the next run removes them.
import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** Creates a temporary folder. The caller must remove it. */
export function temporaryFolder(parent = tmpdir()): string {
  removeAbandoned(parent);
  return mkdtempSync(path.join(parent, `spillway-${process.pid}-`));
}

/** Only Linux has it, and in a container it may be very small. */
const sharedMemory = "/dev/shm";
/** The type of a file system in memory, according to statfs. */
const tmpfs = 0x01021994;
/** Bytes. */
const enough = 1024 ** 3;

/**
 * The place for temporary files that are written often: in memory if the system offers that with at least 1 GiB free,
 * because each write to a database on a disk waits for the disk. If TMPDIR is set, its folder is used.
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
      // The folder belongs to another user.
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
