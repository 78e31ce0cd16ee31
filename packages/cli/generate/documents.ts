// The Markdown files of a project with a place for what is generated, and the generators that fill them.
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Graph } from "@spillway/graph";
import { dashboardPictures } from "@spillway/graph/read/dashboard-picture";
import { diagramOf } from "@spillway/graph/read/diagram";
import { iamList } from "@spillway/graph/read/iam-list";
import { configurationTable } from "./configuration-table";
import { beginOf, type Generator } from "./generator";

export const markers = ["diagram", "iam-statements", "dashboard", "configuration"] as const;
type Marker = (typeof markers)[number];

/** Markdown files below `folder`, relative to it. Packages and folders whose names begin with a period are left out. */
export function markdownFiles(folder: string, below = ""): readonly string[] {
  return readdirSync(path.join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(below, entry.name);
    if (entry.isDirectory()) {
      return entry.name === "node_modules" || entry.name.startsWith(".") ? [] : markdownFiles(folder, name);
    }
    return entry.name.endsWith(".md") ? [name] : [];
  });
}

/**
 * What fills the places in `files`, which are relative to `root`. `graphOf` is called once, and only where something is
 * made of the program. Throws an Error for the user where no file has a place.
 */
export async function documentGenerators(
  root: string,
  files: readonly string[],
  graphOf: () => Promise<Graph>,
): Promise<readonly Generator[]> {
  const withPlace = (marker: Marker) =>
    files.filter((file) => readFileSync(path.resolve(root, file), "utf8").includes(beginOf(marker)));
  const places = new Map(markers.map((marker) => [marker, withPlace(marker)]));
  const used = markers.filter((marker) => places.get(marker)?.length !== 0);
  if (used.length === 0) {
    const all = markers.map(beginOf).join(", ");
    throw new Error(
      `No Markdown file has a place for what is generated. A place begins with one of the lines ${all}, ` +
        "and ends with the line <!-- /generated -->.",
    );
  }
  const graph = used.some((marker) => marker !== "configuration") ? await graphOf() : undefined;
  return used.flatMap((marker): readonly Generator[] => {
    const place = { name: marker, files: places.get(marker) ?? [], marker };
    if (marker === "configuration" || graph === undefined) {
      return [{ ...place, make: async () => configurationTable(root) }];
    }
    if (marker === "dashboard") return dashboardGenerators(graph, place);
    const text = marker === "diagram" ? `\`\`\`mermaid\n${diagramOf(graph)}\n\`\`\`` : iamList(graph).markdown;
    return [{ ...place, make: async () => text }];
  });
}

/** The pictures lie beside each document that shows them. */
function dashboardGenerators(graph: Graph, place: Omit<Generator, "make">): readonly Generator[] {
  const pictures = [...dashboardPictures(graph)];
  if (pictures.length === 0) {
    throw new Error(`The program has no dashboard; take the place for it out of ${place.files.join(", ")}.`);
  }
  const fileOf = (name: string) => (pictures.length === 1 ? "dashboard.svg" : `dashboard-${name}.svg`);
  const folders = [...new Set(place.files.map((file) => path.posix.dirname(file)))];
  const links = pictures.map(([name]) => `![The dashboard ${name}](${fileOf(name)})`).join("\n\n");
  return [
    { ...place, make: async () => links },
    ...pictures.map(([name, picture]) => ({
      name: place.name,
      files: folders.map((folder) => path.posix.join(folder, fileOf(name))),
      make: async () => picture,
    })),
  ];
}
