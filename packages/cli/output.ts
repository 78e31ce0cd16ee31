// Where the result of a command goes: stdout, or the file of --output.
import { writeFileSync } from "node:fs";
import type { Session } from "./session";

export function deliver(text: string, file: string | undefined, { print, say }: Session): void {
  if (file === undefined) {
    print(text);
    return;
  }
  writeFileSync(file, text);
  say(`Written to ${file}.`);
}
