// A text in the user's editor.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** What the user has made of the text. Rejects when the editor fails; the temporary file is removed in any case. */
export async function editText(text: string, signal: AbortSignal): Promise<string> {
  const file = write(text);
  try {
    // The variable may hold options, as `code --wait`.
    const { VISUAL, EDITOR } = process.env;
    const editor = VISUAL || EDITOR || (process.platform === "win32" ? "notepad" : "vi");
    const child = spawn(`${editor} "${file}"`, { shell: true, stdio: "inherit" });
    const end = () => child.kill();
    signal.addEventListener("abort", end, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) =>
          code === 0 ? resolve() : reject(new Error(`The editor "${editor}" ended with ${code}. Nothing was sent.`)),
        );
      });
    } finally {
      signal.removeEventListener("abort", end);
    }
    return readFileSync(file, "utf8");
  } finally {
    rmSync(path.dirname(file), { recursive: true, force: true });
  }
}

/** Keeps what the user has written, so that it is not lost, and answers the file. */
export const keepText = write;

/** In a folder of its own, which only its owner may read. */
function write(text: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "spillway-edit-")), "event.json");
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
