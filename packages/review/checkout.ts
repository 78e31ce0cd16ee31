// The base commit in a worktree below .spillway/, with its packages. It is removed at the end.
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import * as path from "node:path";
import { command } from "./command";
import { installFor, removeOldInstalls, sharesPackages, workspacesOf } from "./install";

export interface Checkout {
  /** The folder of the project in the checkout. */
  readonly root: string;
  remove(): Promise<void>;
}

export interface CheckoutOptions {
  /** The folder of the project in the working tree. */
  readonly root: string;
  readonly commit: string;
  readonly signal?: AbortSignal;
  /** Called with each line about the progress. */
  say(line: string): void;
}

/** Rejects where git or npm fails, and leaves nothing behind in that case. */
export async function checkOut(options: CheckoutOptions): Promise<Checkout> {
  const { root, commit, signal, say } = options;
  const cache = path.join(root, ".spillway", "review");
  mkdirSync(cache, { recursive: true });
  await removeAbandoned(root, cache);
  const prefix = await command("git", ["rev-parse", "--show-prefix"], { cwd: root });
  let worktree = path.join(cache, `base-${process.pid}`);
  const remove = async () => {
    rmSync(worktree, { recursive: true, force: true });
    await command("git", ["worktree", "prune"], { cwd: root });
  };
  try {
    await command("git", ["worktree", "add", "--detach", "--quiet", worktree, commit], {
      cwd: root,
      ...(signal !== undefined && { signal }),
    });
    const project = () => path.join(worktree, prefix);
    if (!existsSync(path.join(project(), "package.json"))) return { root: project(), remove };
    if (sharesPackages(root, project())) {
      say("The base commit locks the same packages: the installed ones serve both.");
    } else {
      const packages = await installFor(project(), cache, { say, ...(signal !== undefined && { signal }) });
      const inside = path.join(packages, path.basename(worktree));
      await command("git", ["worktree", "move", worktree, inside], { cwd: root });
      worktree = inside;
      removeOldInstalls(cache);
    }
    linkWorkspaces(project());
    return { root: project(), remove };
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
}

/**
 * Links the checkout's own workspaces into its `node_modules`. Without these links, Node would find the workspaces of
 * the working tree further up, and the base commit would be evaluated with the components of the change.
 */
function linkWorkspaces(project: string): void {
  for (const [place, folder] of workspacesOf(project)) {
    const link = path.join(project, place);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(project, folder), link, "junction");
  }
}

/** Removes checkouts of reviews that were killed. */
async function removeAbandoned(root: string, cache: string): Promise<void> {
  const folders = [cache, ...readdirSync(cache).map((name) => path.join(cache, name))].filter(
    (folder) => folder === cache || /[\\/]packages-[0-9a-f]+$/.test(folder),
  );
  for (const folder of folders) {
    for (const name of readdirSync(folder)) {
      const [, id] = /(?:^base-|\.)(\d+)$/.exec(name) ?? [];
      if (id !== undefined && !isAlive(Number(id))) rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  }
  await command("git", ["worktree", "prune"], { cwd: root });
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
