// Callbacks as small reproducible files: all callbacks of a program in one build, made from their sources, cached by
// content.
import { existsSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { OutputError } from "../base/output-error";
import type { BundleOptions } from "../function/callback-args";
import type { AnyCallback } from "../runtime/callback/callback";
import { type Entry, inlineModule } from "./build";
import { type Bundle, BundleCache } from "./cache";
import { type Exporter, exportersOf } from "./exporter";
import { serializeInline } from "./inline";
import { makeBundles } from "./make";
import { runtimeFolder } from "./runtime-folder";

/** The consumer to put around a callback: `export function <handler>(callback)` of `runtime/handlers/<module>`. */
export interface HandlerModule {
  readonly module: string;
  readonly handler: string;
  /** Whether records of one event run the callback once; what that takes is in the bundle only then. */
  readonly idempotent?: boolean;
}

export interface CallbackBundle extends Bundle {
  /** The name under which a module exports the callback; undefined for one that no module exports. */
  readonly callbackName: string | undefined;
}

interface Told {
  readonly external: BundleOptions["external"] | undefined;
  readonly assets: BundleOptions["assets"] | undefined;
  /** The consumer's, as the program gives it. */
  readonly name: string;
  readonly owner: pulumi.Resource;
}

interface Request extends Told {
  readonly callback: AnyCallback;
  readonly around: HandlerModule;
  readonly resolve: (bundle: CallbackBundle) => void;
  readonly reject: (error: Error) => void;
}

const handlers = path.join(runtimeFolder, "handlers");
const pending: Request[] = [];

/**
 * The archive for a function that runs `callback`. Waits for the end of the program's synchronous part, when every
 * module has its exports and every callback is known. Rejects with a ResourceError that shows the line or the chain of
 * imports when the callback cannot be bundled.
 */
export function bundle(callback: AnyCallback, around: HandlerModule, told: Told): Promise<CallbackBundle> {
  return new Promise((resolve, reject) => {
    pending.push({ callback, around, ...told, resolve, reject });
    if (pending.length === 1) setImmediate(() => void bundleAll(pending.splice(0)));
  });
}

/** The archive as Pulumi uploads it, byte for byte; its path is relative, so that it is the same on every machine. */
export function archiveAsset({ archive }: Bundle): pulumi.asset.Archive {
  return new pulumi.asset.FileArchive(path.relative(process.cwd(), archive).split(path.sep).join("/"));
}

async function bundleAll(requests: readonly Request[]): Promise<void> {
  const fail = ({ name, owner, reject }: Request, error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    reject(new OutputError(`The callback of "${name}" cannot be bundled: ${reason}`, owner));
  };
  try {
    const root = projectRoot();
    const cache = new BundleCache(root);
    const exporters = await exportersOf(new Set(requests.map(({ callback }) => callback)));
    const wanted: { request: Request; entry: Entry }[] = [];
    for (const request of requests) {
      try {
        wanted.push({ request, entry: await entryOf(request, exporters.get(request.callback), root) });
      } catch (error) {
        fail(request, error);
      }
    }
    const entries = wanted.map(({ entry }) => entry);
    for (const [index, made] of (await makeBundles(entries, cache, root)).entries()) {
      const request = wanted[index]?.request;
      if (request === undefined) continue;
      if (made instanceof Error) fail(request, made);
      else request.resolve({ ...made, callbackName: exporters.get(request.callback)?.name });
    }
  } catch (error) {
    for (const request of requests) fail(request, error);
  }
}

async function entryOf(request: Request, exporter: Exporter | undefined, root: string): Promise<Entry> {
  const { callback, around, owner, external = [], assets = {} } = request;
  const beside = {
    ...(external.length > 0 && { external: [...external].sort() }),
    ...(Object.keys(assets).length > 0 && { assets }),
  };
  const importOf = (file: string) => {
    const relative = path.relative(root, file).split(path.sep).join("/");
    // A folder whose name begins with a dot is below the root, too: without "./", esbuild would look for a package.
    return JSON.stringify(relative.startsWith("../") ? relative : `./${relative}`);
  };
  const importFrom = (name: string, module: string) =>
    `import { ${name} } from ${importOf(path.join(handlers, module))};\n`;
  const text = (callbackImport: string) =>
    `${callbackImport}\n${importFrom(around.handler, around.module)}` +
    (around.idempotent === true
      ? `${importFrom("idempotent", "../idempotency/idempotency")}export const handler = ` +
        `idempotent(${around.handler}, callback);\n`
      : `export const handler = ${around.handler}(callback);\n`);
  if (exporter !== undefined) {
    return { text: text(`import { ${exporter.name} as callback } from ${importOf(exporter.file)};`), ...beside };
  }
  const inline = await serializeInline(callback, owner);
  await pulumi.log.info(
    "No module exports the callback, so it is serialised with everything that it captures: the bundle is larger, and " +
      "captured values do not change later. Export it from its own module to have it bundled from source.",
    owner,
  );
  return { text: text(`import { callback } from ${JSON.stringify(inlineModule)};`), inline, ...beside };
}

/** The folder of Pulumi.yaml, from the program's working directory upward. */
function projectRoot(): string {
  let root = process.cwd();
  while (!existsSync(path.join(root, "Pulumi.yaml"))) {
    const parent = path.dirname(root);
    if (parent === root) {
      root = process.cwd();
      break;
    }
    root = parent;
  }
  return root;
}
