// Names that are too long for AWS, of all components of a program: said together, because one long project or stack
// makes many of them.
import * as pulumi from "@pulumi/pulumi";

export interface LongName {
  /** As the user wrote it: `QueueConsumer "orders"`. */
  readonly component: string;
  /** The component's name. */
  readonly name: string;
  readonly reason: string;
  /** Names of components that are part of it, whose fault this one says for them. */
  readonly parts: readonly string[];
}

const longNames: LongName[] = [];

/** Throws once the program's synchronous part is over, when all of them are known. */
export function reportTogether(found: readonly LongName[]): void {
  if (found.length === 0) return;
  if (longNames.length === 0) setImmediate(throwAll);
  longNames.push(...found);
}

/** Pulumi's runtime shows what is thrown here, and ends the program as failed. */
function throwAll(): void {
  const all = longNames.splice(0);
  const parts = new Set(all.flatMap((fault) => fault.parts));
  const lines = all.filter(({ name }) => !parts.has(name)).map(({ component, reason }) => `${component}: ${reason}`);
  throw new pulumi.RunError(
    lines.length === 1 ? (lines[0] ?? "") : `Names are too long:\n${lines.map((line) => `  - ${line}`).join("\n")}`,
  );
}
