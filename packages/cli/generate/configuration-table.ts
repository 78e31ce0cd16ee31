// The configuration keys that a project declares in Pulumi.yaml, as a table in Markdown.
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { markdownTable } from "@spillway/graph/read/markdown-table";
import { parse } from "yaml";

interface Declared {
  readonly type?: string;
  readonly default?: unknown;
  readonly value?: unknown;
  readonly description?: string;
}

/** `root`: the folder of Pulumi.yaml. */
export function configurationTable(root: string): string {
  const { config = {} }: { readonly config?: Readonly<Record<string, unknown>> } = parse(
    readFileSync(path.join(root, "Pulumi.yaml"), "utf8"),
  );
  const rows = Object.entries(config).map(([key, declared]) => {
    const {
      type = "",
      default: preset,
      value,
      description = "",
    } = isDeclared(declared) ? declared : { value: declared };
    const shown = preset ?? value;
    return [`\`${key}\``, type, shown === undefined ? "" : `\`${JSON.stringify(shown)}\``, description];
  });
  return markdownTable(["key", "type", "default", "meaning"], rows);
}

function isDeclared(value: unknown): value is Declared {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
