// A git repository with the pipeline in it, to make changes in.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { installInto } from "../../../../test/support/installed";

const project = path.resolve(__dirname, "..", "..", "..", "..");
const folders = ["components", "config", "functions"];
/** What a project is read from: its program, its stacks, what it is installed by. */
const parts = [
  ...folders,
  ...readdirSync(project).filter((name) =>
    /\.ts$|^Pulumi\.|^package|^tsconfig\.json$|^\.(npmrc|gitignore)$/.test(name),
  ),
];

export class Repository {
  readonly root = mkdtempSync(path.join(tmpdir(), "spillway-review-"));

  constructor() {
    for (const part of parts) cpSync(path.join(project, part), path.join(this.root, part), { recursive: true });
    // What is installed here is what its lock file says, so nothing is installed again.
    installInto(this.root);
    this.git("init", "--quiet", "--initial-branch=main");
    this.git("add", "--all", "--", ...parts);
    this.git("commit", "--quiet", "--message=Base");
  }

  /** Replaces text of a file, which must be there. */
  change(file: string, ...replacements: readonly (readonly [from: RegExp | string, to: string])[]): void {
    const full = path.join(this.root, file);
    let text = readFileSync(full, "utf8");
    for (const [from, to] of replacements) {
      const replaced = text.replace(from, to);
      assert.notEqual(replaced, text, `${file} has no ${from}`);
      text = replaced;
    }
    writeFileSync(full, text);
  }

  /** Takes every change back. */
  reset(): void {
    this.git("checkout", "--quiet", "--", ".");
  }

  git(...args: readonly string[]): string {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    return execFileSync("git", [...identity, ...args], { cwd: this.root, encoding: "utf8" });
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
