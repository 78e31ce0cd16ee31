// The command line that was given, with the options that were missing.
import { spillway } from "@spillway/operations/called";
import { harmless } from "./harmless";
import { quoted } from "./text";

interface Called {
  readonly parent: Called | null;
  /** What was given to the command at the top, as it was given. */
  readonly rawArgs?: readonly string[];
}

/** As a shell takes it. `more`: options without a value, which stand before a `--` that ends the options. */
export function sameLine(command: unknown, more: readonly string[]): string {
  let top = command as Called;
  while (top.parent !== null) top = top.parent;
  const args = top.rawArgs ?? [];
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  const words = [...options, ...more.filter((option) => !options.includes(option)), ...args.slice(options.length)];
  return [spillway, ...words.map((word) => harmless(quoted(word)))].join(" ");
}
