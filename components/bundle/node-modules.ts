// What a module finds around it in Node, and would not find in one CommonJS file: its own address, and the CommonJS
// half of a package.
import { createRequire, isBuiltin } from "node:module";
import * as path from "node:path";
import type { Plugin } from "esbuild";
import { runtimeFolder } from "./runtime-folder";

/** What CommonJS has instead of `import.meta`. The address of the bundle's file is what `createRequire` needs. */
export const importMeta = {
  "import.meta.url": "spillwayModuleUrl",
  "import.meta.filename": "__filename",
  "import.meta.dirname": "__dirname",
} as const;

/**
 * Defines the module's address before code that asks for it, on a line of its own, by which the source map is moved.
 */
export function withModuleUrl(code: string, sourceMap: string): { readonly code: string; readonly sourceMap: string } {
  if (!code.includes(importMeta["import.meta.url"])) return { code, sourceMap };
  const strict = code.startsWith('"use strict"') ? '"use strict";' : "";
  const { mappings, ...rest } = JSON.parse(sourceMap) as { readonly mappings: string };
  return {
    code: `${strict}const spillwayModuleUrl=require("node:url").pathToFileURL(__filename).href;\n${code}`,
    sourceMap: JSON.stringify({ ...rest, mappings: `;${mappings}` }),
  };
}

/**
 * A package with both `module` and `main` is bundled from its ES modules, for their size; but who calls `require` for
 * it expects what Node gives: CommonJS, whose exports may be a function, and not a namespace with a `default`. Not so
 * what this package has for Lambda, which the handler around the callback imports, too: it would be in the bundle
 * twice.
 */
export const requireCommonJs: Plugin = {
  name: "spillway-require-commonjs",
  setup({ onResolve, resolve }) {
    const asked = Symbol("already asked");
    onResolve({ filter: /^[^./]/ }, async ({ path: name, kind, importer, resolveDir, pluginData }) => {
      if (kind !== "require-call" || pluginData === asked || importer === "" || isBuiltin(name)) return undefined;
      const bundled = await resolve(name, { kind, importer, resolveDir, pluginData: asked });
      const inNode = resolveInNode(name, importer);
      const isOther = inNode !== undefined && bundled.errors.length === 0 && bundled.path !== inNode;
      return isOther && isInPackage(bundled.path) && isInPackage(inNode) && !isForLambda(bundled.path)
        ? { path: inNode }
        : undefined;
    });
  },
};

function resolveInNode(name: string, importer: string): string | undefined {
  try {
    return createRequire(importer).resolve(name);
  } catch {
    // It is not installed, or means something in tsconfig.json: esbuild's answer stands.
    return undefined;
  }
}

const isForLambda = (file: string) => file.startsWith(path.dirname(runtimeFolder));
const isInPackage = (file: string) => /[\\/]node_modules[\\/]/.test(file);
