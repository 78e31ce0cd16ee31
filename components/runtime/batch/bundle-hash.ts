// Which code gave a record up: the first digits of a hash of the function's file.
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";

const digits = 12;

/** The first 12 hexadecimal digits of the SHA-256 of the JavaScript file that Lambda runs. */
export function bundleOf(file: Uint8Array): string {
  return hash("sha256", file).slice(0, digits);
}

let own: string | undefined;

/** That of the file in which this runs. Undefined where the file cannot be read. */
export function ownBundle(): string | undefined {
  try {
    own ??= bundleOf(readFileSync(__filename));
  } catch {
    // The record is given up without it.
  }
  return own;
}
