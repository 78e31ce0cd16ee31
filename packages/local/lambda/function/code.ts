// Unpacks each uploaded archive once, into a folder of the run.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
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
  /** The absolute path of the source map of the handler's file. */
  readonly sourceMap?: string;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const largestUnzipped = 250 * 1024 * 1024;

/** Unpacks into a folder of `root`. Throws a ServiceError for an archive that Lambda refuses. */
export function unpack(root: string, definition: FunctionDefinition): Code {
  const { archive, sourceMap } = definition;
  if (!existsSync(archive)) {
    throw invalid(`Function "${definition.functionName}": its archive ${archive} does not exist.`);
  }
  const isFolder = statSync(archive).isDirectory();
  const bytes = isFolder ? Buffer.from(archive) : readFileSync(archive);
  const hash = createHash("sha256").update(bytes).digest();
  const directory = path.join(root, hash.toString("hex").slice(0, 32));
  if (!existsSync(directory)) {
    mkdirSync(directory, { recursive: true });
    if (isFolder) cpSync(archive, directory, { recursive: true });
    else unzip(bytes, directory);
  }
  return {
    directory,
    sha256: hash.toString("base64"),
    size: isFolder ? 0 : bytes.length,
    ...(sourceMap !== undefined && existsSync(sourceMap) && { sourceMap }),
  };
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
      throw invalid(`The archive contains "${name}", whose path leads outside of it.`);
    }
    if (name.endsWith("/")) {
      mkdirSync(file, { recursive: true });
    } else {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
}

const invalid = (message: string) => new ServiceError("InvalidParameterValueException", message);
