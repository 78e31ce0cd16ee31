// The reference of the API: a page for each name that a face of `spillway` exports, made of the types and their doc
// comments by typedoc.
import { readFileSync } from "node:fs";
import * as path from "node:path";

/** Files of the package by the names under which they are imported. */
const faces = {
  index: "spillway",
  callback: "spillway/callback",
  network: "spillway/network",
  testing: "spillway/testing",
};

const settings = {
  name: "API reference",
  plugin: ["typedoc-plugin-markdown"],
  readme: "none",
  logLevel: "Error" as const,
  // `npm run check` checks the types.
  skipErrorChecking: true,
  excludePrivate: true,
  excludeProtected: true,
  excludeExternals: true,
  disableSources: true,
  // Typedoc would show each default and its explanation as code.
  jsDocCompatibility: { defaultTag: false },
  navigation: { includeFolders: false },
  entryFileName: "index",
  sanitizeComments: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  pageTitleTemplates: {
    index: "API reference",
    module: ({ rawName }: Title) => rawName,
    member: ({ rawName }: Title) => rawName.replace(/<.*/, ""),
  },
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeAliasPropertiesFormat: "table",
  propertyMembersFormat: "table",
  typeDeclarationFormat: "table",
  tableColumnSettings: { hideModifiers: true, hideInherited: true, hideOverrides: true, leftAlignHeaders: true },
};

interface Title {
  readonly rawName: string;
}

/** Writes the pages into docs/reference/, and their titles into navigation.json there. Throws an Error if it cannot. */
export async function writeReference(root: string): Promise<void> {
  const out = path.join(root, "docs", "reference");
  const { Application, Converter } = await import("typedoc");
  const app = await Application.bootstrapWithPlugins({
    ...settings,
    // Typedoc reads every file that the configuration names, so it names the faces only.
    tsconfig: path.join(__dirname, "reference.tsconfig.json"),
    entryPoints: Object.keys(faces).map((face) => path.join(root, "components", `${face}.ts`)),
    out,
    // An option of the plugin, which typedoc's type does not have.
    ...{ navigationJson: path.join(out, "navigation.json") },
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) module.name = faces[module.name as keyof typeof faces] ?? module.name;
  });
  const project = await app.convert();
  if (project === undefined) throw new Error("The types of spillway cannot be read; npm run check says why.");
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error("The reference has errors, which are printed above.");
}

export interface Entry {
  readonly title: string;
  /** Relative to docs/reference/. Undefined for a heading. */
  readonly path?: string;
  readonly children?: readonly Entry[];
}

/** What the reference has, by its faces. */
export function entriesOf(docs: string): readonly Entry[] {
  return JSON.parse(readFileSync(path.join(docs, "reference", "navigation.json"), "utf8"));
}
