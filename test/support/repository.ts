// A git repository with the pipeline, for tests that change it.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { installInto } from "./installed";

const project = path.resolve(__dirname, "..", "..");
const folders = ["components", "config", "functions"];
/** The files that a project needs: its program, its stacks, and its lock file. */
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
    // The installed packages are those of the lock file, so nothing is installed again.
    installInto(this.root);
    this.git("init", "--quiet", "--initial-branch=main");
    this.git("add", "--all", "--", ...parts);
    this.git("commit", "--quiet", "--message=Base");
  }

  /** Replaces a text in a file, which must contain it. */
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

  /** Undoes all changes. */
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
