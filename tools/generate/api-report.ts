// The public API of `spillway` as its types have it: one report for each face, so that a change shows in a review.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
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
  make: async () => reportsOf(build(root))[face],
}));

let made: { readonly built: string; readonly reports: Readonly<Record<Face, string>> } | undefined;

/** Of all faces at once, because most of the time goes into the types of Pulumi's packages, which they share. */
function reportsOf(built: string): Readonly<Record<Face, string>> {
  if (made?.built === built) return made.reports;
  const written = mkdtempSync(path.join(tmpdir(), "spillway-api-"));
  try {
    const all = (Object.keys(faces) as Face[]).map((face) => ({ face, config: configOf(face, built, written) }));
    const [first] = all;
    if (first === undefined) throw new Error("There is no face.");
    const additionalEntryPoints = all.map(({ config }) => config.mainEntryPointFilePath);
    const compilerState = CompilerState.create(first.config, { additionalEntryPoints });
    const reports = { index: "", callback: "", network: "", testing: "" };
    for (const { face, config } of all) reports[face] = reportOf(face, config, compilerState);
    made = { built, reports };
    return reports;
  } finally {
    rmSync(written, { recursive: true });
  }
}

function configOf(face: Face, built: string, written: string): ExtractorConfig {
  const [source, module] = faces[face];
  const folder = path.join(built, source);
  const file = path.join(folder, `${module}.d.ts`);
  const manifest = path.join(root, source, "package.json");
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: manifest,
    packageJson: JSON.parse(readFileSync(manifest, "utf8")),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: file,
      newlineKind: "lf",
      compiler: { overrideTsconfig: { extends: path.join(root, "tsconfig.json"), include: [], files: [file] } },
      apiReport: {
        enabled: true,
        reportFileName: `${face}.api.md`,
        reportFolder: written,
        reportTempFolder: written,
      },
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
}

/** Throws an Error that shows what cannot be read of the types. */
function reportOf(face: Face, config: ExtractorConfig, compilerState: CompilerState): string {
  const said: string[] = [];
  const { succeeded } = Extractor.invoke(config, {
    compilerState,
    localBuild: true,
    messageCallback: (message) => {
      if (message.logLevel === ExtractorLogLevel.Error) said.push(message.text);
      message.handled = true;
    },
  });
  if (!succeeded) throw new Error(`The types of ${face} cannot be read:\n${said.join("\n")}`);
  return readFileSync(config.reportFilePath, "utf8").trimEnd();
}
