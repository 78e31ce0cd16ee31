// A package.json as it is published: what names a source names what is built of it.
export type Target = string | { readonly [condition: string]: Target };

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly main?: string;
  readonly exports?: Readonly<Record<string, Target>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const source = /^\.\/(.*)\.ts$/;

/** The folder of the package in which the built files are. */
export const builtFolder = "dist";

const built = (target: string, extension: string) => target.replace(source, `./${builtFolder}/$1${extension}`);

/** Where the sources of a package are. npm compares it with the provenance of what is published. */
export interface Sources {
  readonly type: "git";
  readonly url: string;
  /** The folder of the package in the repository. */
  readonly directory: string;
}

/** The repository whose workflow runs this, as GitHub's runner says; undefined elsewhere. */
export function sourcesIn(environment: NodeJS.ProcessEnv, directory: string): Sources | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = environment;
  if (server === undefined || repository === undefined) return undefined;
  return { type: "git", url: `git+${server}/${repository}.git`, directory };
}

/**
 * `esModuleOf`: of a source of the package, as "callback.ts", the ES module that was built of it, relative to the built
 * files, if one was. Only bundlers take it (condition `module`): to Node it would be a second copy of the same module.
 */
export function publishedManifest(
  manifest: Manifest,
  esModuleOf: (file: string) => string | undefined,
  repository?: Sources,
): Manifest {
  const { scripts: _scripts, devDependencies: _devDependencies, ...rest } = manifest;
  const exported = Object.entries(manifest.exports ?? {}).map(([name, target]): [string, Target] => {
    if (typeof target !== "string" || !source.test(target)) return [name, target];
    const esModule = esModuleOf(target.slice("./".length));
    return [
      name,
      {
        types: built(target, ".d.ts"),
        ...(esModule !== undefined && { module: `./${builtFolder}/${esModule}` }),
        default: built(target, ".js"),
      },
    ];
  });
  const main = manifest.exports?.["."];
  return {
    ...rest,
    ...(repository !== undefined && { repository }),
    ...(typeof main === "string" && { main: built(main, ".js"), types: built(main, ".d.ts") }),
    ...(manifest.exports !== undefined && { exports: Object.fromEntries(exported) }),
    ...(manifest.bin !== undefined && {
      bin: Object.fromEntries(
        Object.entries(manifest.bin).map(([name, file]) => [name, file.replace(/^\.\//, `./${builtFolder}/`)]),
      ),
    }),
    // For programs whose tsconfig.json has moduleResolution "node", which does not read `exports`.
    typesVersions: { "*": Object.fromEntries(exported.flatMap(([name, target]) => typesOf(name, target))) },
  };
}

function typesOf(name: string, target: Target): readonly (readonly [string, readonly string[]])[] {
  const types = typeof target === "string" ? undefined : target.types;
  return name === "." || typeof types !== "string" ? [] : [[name.slice("./".length), [types]]];
}
