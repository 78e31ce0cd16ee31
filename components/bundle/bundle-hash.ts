// Which archive a dead letter speaks of: the `bundle` of its reason, computed from what is uploaded.
import { unzipSync } from "fflate";
import { bundleOf } from "../runtime/batch/bundle-hash";
import { codeFile } from "./archive";

export { bundleOf };

/** That of the code in the archive. Throws an Error for bytes that are no archive with the code of a callback. */
export function bundleOfArchive(archive: Uint8Array): string {
  const { [codeFile]: code } = unzipSync(archive, { filter: ({ name }) => name === codeFile });
  if (code === undefined) throw new Error(`The archive has no ${codeFile}; give one that a component has made.`);
  return bundleOf(code);
}
