// What a reader expects of each program that docs/guides/ shows.
import type { Example } from "./example-program";

export const guides: Readonly<Record<string, (example: Example) => void>> = {};
