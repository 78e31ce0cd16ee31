// The templates, and how a program is made of one: in the same way as by `pulumi new`.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { isYarnOne, type Manager } from "./package-manager";

/** The templates, with what they are for the help. The first one is the default. */
export const templates = {
  queue: "a queue, its callback and a table",
  stream: "a Kinesis stream, its callback and a table",
  pipeline: "an endpoint, queues, a topic and tables, with three callbacks",
} as const;
export type TemplateName = keyof typeof templates;

export const isTemplate = (name: string): name is TemplateName => Object.hasOwn(templates, name);

/** Beside the built files, or in the root of the repository. */
const packed = path.join(__dirname, "templates");
const folderOfTemplates = existsSync(packed) ? packed : path.join(__dirname, "..", "..", "templates");

/** npm leaves files of this name out of a package, so it has them without the dot. */
const gitignore = "gitignore";

/** The packages that a program of the template depends on. */
export function dependenciesOf(template: TemplateName): readonly string[] {
  const file = path.join(folderOfTemplates, template, "package.json");
  const { dependencies, devDependencies } = JSON.parse(readFileSync(file, "utf8"));
  return Object.keys({ ...dependencies, ...devDependencies });
}

export interface Choice {
  readonly template: TemplateName;
  readonly name: string;
  readonly manager: Manager;
}

/** Writes the program's files into the folder, which is empty or does not exist, and returns their names. */
export function writeProgram(folder: string, choice: Choice): readonly string[] {
  const source = path.join(folderOfTemplates, choice.template);
  const before = existsSync(folder) ? readdirSync(folder) : undefined;
  const program = programOf(source, choice);
  try {
    for (const [file, text] of program) {
      const target = path.join(folder, file);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
  } catch (error) {
    removeWritten(folder, before);
    throw error;
  }
  return [...program.keys()];
}

/** Leaves the folder as it was, so that the next try finds it empty. */
function removeWritten(folder: string, before: readonly string[] | undefined): void {
  if (before === undefined) {
    rmSync(folder, { recursive: true, force: true });
    return;
  }
  for (const entry of readdirSync(folder)) {
    if (!before.includes(entry)) rmSync(path.join(folder, entry), { recursive: true, force: true });
  }
}

function programOf(source: string, { name, manager }: Choice): ReadonlyMap<string, string> {
  const text = (file: string) => readFileSync(path.join(source, file), "utf8");
  const project = text("Pulumi.yaml");
  const [, description = ""] = /^template:\n {2}description: (.*)$/m.exec(project) ?? [];
  const program = new Map(
    filesIn(source).map((file) => {
      const target = path.basename(file) === gitignore ? path.join(path.dirname(file), `.${gitignore}`) : file;
      const filled = text(file).replaceAll("${PROJECT}", name).replaceAll("${DESCRIPTION}", description);
      return [target, withManager(target, filled, manager)];
    }),
  );
  if (manager.name === "yarn" && !isYarnOne(manager.version)) {
    program.set(".yarnrc.yml", "nodeLinker: node-modules\n");
    program.set(".gitignore", `${program.get(".gitignore")}.yarn/\n`);
  }
  return program;
}

/** Without what stands there because the program was run or tested in the repository. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    if (/^(node_modules|\.spillway)$/.test(entry.name)) return [];
    return filesIn(path.join(folder, entry.name)).map((file) => path.join(entry.name, file));
  });
}

/** What a file says of npm, said of the package manager; and what Pulumi itself does with a template. */
function withManager(file: string, text: string, { name, version, installExactly, exec }: Manager): string {
  switch (path.basename(file)) {
    case "Pulumi.yaml":
      // `pulumi new` takes the part about the template out, too. It is the last one.
      return text.slice(0, text.indexOf("\ntemplate:\n") + 1).replace("packagemanager: npm", `packagemanager: ${name}`);
    case "package.json":
      if (name === "npm" || version === undefined) return text;
      // corepack runs this version of it.
      return text.replace(/^ {2}"private": true,\n/m, (line) => `${line}  "packageManager": "${name}@${version}",\n`);
    case "README.md":
    case "deploy.yml":
    case "preview.yml":
      return text
        .replaceAll("npm ci", installExactly)
        .replace(/\bnpx (?=spillway\b)/g, `${exec} `)
        .replace(/\bnpm (?=(install|run|start|test)\b)/g, `${name} `);
    default:
      return text;
  }
}
