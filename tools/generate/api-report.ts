// The public API of `spillway` as its types have it: one report for each face, so that a change shows in a review.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import type { Generator } from "@spillway/cli/generator";
import { build } from "../pack/build";
import { root } from "./program";

/** The faces of the package: each with the folder and the file that has its types. */
const faces = {
  index: ["components", "index"],
  callback: ["components", "callback"],
  network: ["components", "network"],
  testing: ["packages/testing", "index"],
} as const;
type Face = keyof typeof faces;

export const apiReports: readonly Generator[] = (Object.keys(faces) as Face[]).map((face) => ({
  name: `api-${face}`,
  files: [`components/api/${face}.api.md`],
  make: async () => apiReport(face),
}));

/** Throws an Error that shows what cannot be read of the types. */
function apiReport(face: Face): string {
  const [source, module] = faces[face];
  const folder = path.join(build(root), source);
  const file = path.join(folder, `${module}.d.ts`);
  const manifest = path.join(root, source, "package.json");
  const written = mkdtempSync(path.join(tmpdir(), "spillway-api-"));
  const said: string[] = [];
  try {
    const config = ExtractorConfig.prepare({
      configObjectFullPath: undefined,
      packageJsonFullPath: manifest,
      packageJson: JSON.parse(readFileSync(manifest, "utf8")),
      configObject: {
        projectFolder: folder,
        mainEntryPointFilePath: file,
        newlineKind: "lf",
        compiler: { overrideTsconfig: { extends: path.join(root, "tsconfig.json"), include: [], files: [file] } },
        apiReport: { enabled: true, reportFileName: "report.api.md", reportFolder: written, reportTempFolder: written },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        messages: {
          compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
          extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
          tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        },
      },
    });
    const { succeeded } = Extractor.invoke(config, {
      localBuild: true,
      messageCallback: (message) => {
        if (message.logLevel === ExtractorLogLevel.Error) said.push(message.text);
        message.handled = true;
      },
    });
    if (!succeeded) throw new Error(`The types of ${face} cannot be read:\n${said.join("\n")}`);
    return readFileSync(path.join(written, "report.api.md"), "utf8").trimEnd();
  } finally {
    rmSync(written, { recursive: true });
  }
}
