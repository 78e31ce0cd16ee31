// Reads the file that --body names.
import { readFileSync } from "node:fs";

/** The file's text. Throws an Error for the user if it cannot be read. */
export function textOfBody(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(
      `--body ${file} cannot be read: ${(error as Error).message}. Give the name of a file with the event.`,
    );
  }
}
