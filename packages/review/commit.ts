// The commit that the working tree is compared with.
import { command } from "./command";

export interface Commit {
  readonly id: string;
  /** Its name in the review: `main`, `merge base with origin/main`. */
  readonly described: string;
}

/** `given` is the value of --base. Throws an Error that says what to do where there is no such commit. */
export async function baseCommit(root: string, given: string | undefined): Promise<Commit> {
  const commitOf = async (ref: string) =>
    command("git", ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`], { cwd: root }).catch(
      () => undefined,
    );
  await command("git", ["rev-parse", "--git-dir"], { cwd: root }).catch((error: Error) => {
    throw new Error(`The review compares with a commit, and this is no git repository: ${error.message}`);
  });
  if (given !== undefined) {
    const id = await commitOf(given);
    if (id !== undefined) return { id, described: given };
    throw new Error(
      `There is no commit "${given}"; fetch it (git fetch origin), or in a workflow check out with fetch-depth: 0.`,
    );
  }
  for (const branch of ["origin/main", "main"]) {
    if ((await commitOf(branch)) === undefined) continue;
    const id = await command("git", ["merge-base", "HEAD", branch], { cwd: root }).catch(() => undefined);
    if (id !== undefined) return { id, described: `merge base with ${branch}` };
  }
  throw new Error("There is no branch origin/main or main to compare with; say which commit with --base.");
}
