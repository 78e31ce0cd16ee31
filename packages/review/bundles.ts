// The archives of functions: their content and their size.
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import type { Graph, GraphResource, Value } from "@spillway/graph";
import { nameOf } from "@spillway/graph/read/names";
import type { Comparison } from "./compare";
import { code } from "./markdown";

interface BundleChange {
  readonly resource: GraphResource;
  /** Bytes of the archive that Lambda gets; undefined where the function did not exist. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** Whether nothing else of the function changes. */
  readonly alone: boolean;
}

const functionType = "aws:lambda/function:Function";

/**
 * The graph with `{ sha256, bytes }` for each file and archive, so that it is the same wherever it was evaluated.
 * `root` is the folder of the project.
 */
export function withContents(graph: Graph, root: string): Graph {
  const known = new Map<string, Value>();
  const contentOf = (file: string): Value => {
    const found = known.get(file) ?? read(path.resolve(root, file));
    known.set(file, found);
    return found;
  };
  const through = (value: Value): Value => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(through);
    const { archive, file } = value as { readonly archive?: Value; readonly file?: Value };
    const asset = archive ?? file;
    if (typeof asset === "string" && Object.keys(value).length === 1) return contentOf(asset);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, through(member)]));
  };
  const resources = graph.resources.map((resource) => ({
    ...resource,
    inputs: through(resource.inputs) as GraphResource["inputs"],
    outputs: through(resource.outputs) as GraphResource["outputs"],
  }));
  return { ...graph, resources };
}

function read(file: string): Value {
  // The engine zips a folder that is an archive. Its content is not compared.
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return { path: path.basename(file) };
  const bytes = readFileSync(file);
  return { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}

function bundleChanges({ added, removed, changed }: Comparison): readonly BundleChange[] {
  const isFunction = ({ type }: GraphResource) => type === functionType;
  return [
    ...changed
      .filter(({ after, properties }) => isFunction(after) && properties.some(({ property }) => property === "code"))
      .map(({ before, after, properties, options }) => ({
        resource: after,
        before: sizeOf(before),
        after: sizeOf(after),
        alone: properties.length === 1 && options.length === 0,
      })),
    ...added
      .filter(isFunction)
      .map((resource) => ({ resource, before: undefined, after: sizeOf(resource), alone: false })),
    ...removed
      .filter(isFunction)
      .map((resource) => ({ resource, before: sizeOf(resource), after: undefined, alone: false })),
  ];
}

function sizeOf({ inputs }: GraphResource): number | undefined {
  const { bytes } = (inputs.code ?? {}) as { readonly bytes?: Value };
  return typeof bytes === "number" ? bytes : undefined;
}

/** Lines of Markdown about the archives that change. */
export function bundleLines(comparison: Comparison): readonly string[] {
  return bundleChanges(comparison).map(({ resource, before, after, alone }) => {
    const name = code(nameOf(resource));
    if (before === undefined) return `- ${name} is new: ${kilobytes(after)}`;
    if (after === undefined) return `- ${name} is removed: ${kilobytes(before)}`;
    return (
      `- ${name}: ${kilobytes(before)} → ` +
      `${kilobytes(after)}${sign(after - before)}${alone ? ", and nothing else of it" : ""}`
    );
  });
}

function sign(bytes: number): string {
  return bytes === 0 ? " (other bytes)" : ` (${bytes > 0 ? "+" : "−"}${Math.abs(bytes)} bytes)`;
}

function kilobytes(bytes: number | undefined): string {
  return bytes === undefined ? "of unknown size" : `${(bytes / 1024).toFixed(1)} KiB`;
}
