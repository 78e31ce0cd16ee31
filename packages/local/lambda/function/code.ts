// Unpacks each uploaded archive once, into a folder of the run.
import { createHash } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { unzipSync } from "fflate";
import { ServiceError } from "../../service/ask";
import type { FunctionDefinition } from "./definition";

export interface Code {
  readonly directory: string;
  /** The archive's SHA-256 in base64, as Lambda shows it. */
  readonly sha256: string;
  /** The size of the archive in bytes. */
  readonly size: number;
  readonly hasSourceMap: boolean;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const largestUnzipped = 250 * 1024 * 1024;

/** Unpacks into a folder of `root`. Throws a ServiceError for an archive that Lambda refuses. */
export function unpack(root: string, definition: FunctionDefinition): Code {
  const { archive, sourceMap, handler } = definition;
  const hasSourceMap = sourceMap !== undefined && existsSync(sourceMap);
  if (!existsSync(archive)) {
    throw invalid(`Function "${definition.functionName}": its archive ${archive} does not exist.`);
  }
  const isFolder = statSync(archive).isDirectory();
  const bytes = isFolder ? Buffer.from(archive) : readFileSync(archive);
  const hash = createHash("sha256").update(bytes).digest();
  const directory = path.join(root, `${hash.toString("hex").slice(0, 32)}${hasSourceMap ? "-mapped" : ""}`);
  if (!existsSync(directory)) {
    mkdirSync(directory, { recursive: true });
    if (isFolder) cpSync(archive, directory, { recursive: true });
    else unzip(bytes, directory);
    if (hasSourceMap) pointTo(sourceMap, directory, handler);
  }
  return { directory, sha256: hash.toString("base64"), size: isFolder ? 0 : bytes.length, hasSourceMap };
}

function unzip(bytes: Uint8Array, directory: string): void {
  let unzipped = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ originalSize }) => {
        unzipped += originalSize;
        return unzipped < largestUnzipped;
      },
    });
  } catch {
    throw invalid("Could not unzip uploaded file. Please check your file, then try to upload again.");
  }
  if (unzipped >= largestUnzipped) {
    throw invalid(`Unzipped size must be smaller than ${largestUnzipped} bytes`);
  }
  for (const [name, content] of Object.entries(files)) {
    const file = path.resolve(directory, name);
    if (file !== directory && !file.startsWith(directory + path.sep)) {
      throw invalid(`The archive holds "${name}", which lies outside of it.`);
    }
    if (name.endsWith("/")) {
      mkdirSync(file, { recursive: true });
    } else {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
}

/**
 * The archive holds no pointer to its source map, so that its bytes are the same everywhere; the unpacked copy gets
 * one. The map stays where it is, since the names of the sources in it are relative to that place.
 */
function pointTo(sourceMap: string, directory: string, handler: string): void {
  const base = path.join(directory, handler.replace(/\.[^/]*$/, ""));
  const file = [".js", ".mjs", ".cjs"].map((extension) => base + extension).find((each) => existsSync(each));
  if (file === undefined) return;
  // Node.js reads only relative addresses.
  const address = path.relative(path.dirname(realpathSync(file)), realpathSync(sourceMap));
  appendFileSync(file, `\n//# sourceMappingURL=${address.split(path.sep).map(encodeURIComponent).join("/")}\n`);
}

const invalid = (message: string) => new ServiceError("InvalidParameterValueException", message);
