// The reference of the API: a page for each name that a face of `spillway` exports, made of the types and their doc
// comments by typedoc.
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { meaningOf } from "./type-parameters";

interface Face {
  /** As it is imported. */
  readonly name: string;
  readonly meaning: string;
}

/** By the files of the package. */
const faces: Readonly<Record<string, Face>> = {
  index: {
    name: "spillway",
    meaning: "What a program imports: the components, their arguments, and the bindings of callbacks.",
  },
  callback: {
    name: "spillway/callback",
    meaning: "What the module of a callback imports: how it is defined, what it is told, and what it can send.",
  },
  network: {
    name: "spillway/network",
    meaning: "A VPC without a way out, for the functions of a program. It needs the package `@pulumi/awsx`.",
  },
  testing: {
    name: "spillway/testing",
    meaning: "What a test imports: the whole program on your machine, and one callback as a plain function.",
  },
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
  indexFormat: "table",
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
  const { Application, Comment, Converter, ReflectionKind } = await import("typedoc");
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
    const commentOf = (text: string) => new Comment([{ kind: "text", text }]);
    for (const module of project.children ?? []) {
      const face = faces[module.name];
      if (face === undefined) throw new Error(`${module.name} is no face of spillway.`);
      module.name = face.name;
      module.comment = commentOf(face.meaning);
    }
    for (const parameter of project.getReflectionsByKind(ReflectionKind.TypeParameter)) {
      parameter.comment ??= commentOf(meaningOf(parameter.name, parameter.parent?.name ?? ""));
    }
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
