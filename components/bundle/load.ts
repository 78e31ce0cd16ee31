// A new bundle is loaded once, so that what would die at the start of every function is said before it is deployed.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import * as path from "node:path";
import { Readable } from "node:stream";
import { settingsVariable } from "../runtime/settings";
import { type Built, type Entry, outputFolder } from "./build";
import { shownChain, virtual } from "./refusals";

export interface Candidate {
  readonly entry: Entry;
  readonly built: Built;
}

/** What the child says of one bundle; without a name it is loaded, or died of what it lacks here alone. */
interface Answer {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly path?: string;
  readonly stack?: string;
  /** Environment variables that the code asked for and that are not set here; `*` where it asked for all. */
  readonly missing?: readonly string[];
}

const child = path.join(__dirname, "load-child.cjs");
/** The runtime's version of Node: an older one may lack what the code needs. */
const runtimeMajor = 24;
/**
 * Milliseconds without an answer after which a bundle is left unjudged: Lambda allows 10 s, and this machine may be
 * busy.
 */
const patience = 30_000;

/** Each holds some hundred megabytes. */
const mostProcesses = 4;
/** Bundles below which another process would take longer to start than it saves. */
const perProcess = 5;

/** As on Lambda, without credentials: nothing that a module does while it is loaded reaches AWS. */
const environment = {
  AWS_REGION: "us-east-1",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_LAMBDA_FUNCTION_NAME: "function",
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/function",
  AWS_LAMBDA_LOG_STREAM_NAME: "stream",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  LAMBDA_TASK_ROOT: "/var/task",
  LAMBDA_RUNTIME_DIR: "/var/runtime",
  _HANDLER: "index.handler",
  LANG: "en_US.UTF-8",
  TZ: ":UTC",
};

/**
 * For each bundle the Error for the user, where it cannot be loaded. They are loaded in a few processes, which may read
 * files, and neither write any nor start another process; each ends before an answer from the network could reach it.
 * Only what surely dies on Lambda is refused: not what lacks an environment variable, which the function may have, nor
 * what takes long. The callback's factory is not called, because the bindings are known to the deployment alone. A
 * bundle that leaves packages out is not loaded: they need not be here.
 */
export async function loadBundles(
  candidates: readonly Candidate[],
  root: string,
): Promise<readonly (Error | undefined)[]> {
  const judged = candidates.filter(({ entry }) => (entry.external ?? []).length === 0);
  if (judged.length === 0 || Number.parseInt(process.versions.node, 10) < runtimeMajor) {
    return candidates.map(() => undefined);
  }
  const folder = mkdtempSync(path.join(tmpdir(), "spillway-load-"));
  try {
    const files = judged.map((candidate, index) => place(candidate, path.join(folder, String(index)), root));
    const answers = await loadSideBySide(files);
    const refusals = new Map<Candidate, Error>();
    for (const [index, candidate] of judged.entries()) {
      const file = files[index] ?? "";
      const isSuspect = surelyDies(answers[index], file);
      // Alone, because a bundle before it may have changed something that it relies on.
      const answer = isSuspect && files.length > 1 ? (await loadAll([file]))[0] : answers[index];
      if (answer !== undefined && surelyDies(answer, file))
        refusals.set(candidate, refusalOf(answer, candidate, { file, root }));
    }
    return candidates.map((candidate) => refusals.get(candidate));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The bundle as in its archive, in a folder far from any package: what is not in it is not found. */
function place({ built }: Candidate, folder: string, root: string): string {
  mkdirSync(folder);
  for (const [name, from] of Object.entries(built.assets)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    symlinkSync(path.resolve(root, from), path.join(folder, name));
  }
  const file = path.join(folder, "index.js");
  writeFileSync(file, built.code);
  return file;
}

/** Several processes where there are many: loading is computing, and most of the time that new bundles take. */
async function loadSideBySide(files: readonly string[]): Promise<readonly (Answer | undefined)[]> {
  const processes = Math.min(mostProcesses, availableParallelism(), Math.ceil(files.length / perProcess));
  const share = Math.ceil(files.length / processes);
  const shares = Array.from({ length: processes }, (_, index) => files.slice(index * share, (index + 1) * share));
  return (await Promise.all(shares.map(loadAll))).flat();
}

/**
 * An answer for each file: a process that ends or hangs is followed by another for the files after the one that it had
 * in hand.
 */
async function loadAll(files: readonly string[]): Promise<readonly (Answer | undefined)[]> {
  const answers: (Answer | undefined)[] = [];
  while (answers.length < files.length) {
    answers.push(...(await load(files.slice(answers.length))));
    if (answers.length < files.length) answers.push(undefined);
  }
  return answers;
}

function load(files: readonly string[]): Promise<readonly Answer[]> {
  return new Promise((resolve) => {
    const process_ = spawn(
      process.execPath,
      ["--permission", "--allow-fs-read=*", "--no-warnings", child, settingsVariable, ...files],
      { env: environment, stdio: ["ignore", "ignore", "ignore", "pipe"] },
    );
    let text = "";
    const kill = () => process_.kill("SIGKILL");
    let timer = setTimeout(kill, patience);
    const answers = process_.stdio[3];
    if (answers instanceof Readable) {
      answers.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        clearTimeout(timer);
        timer = setTimeout(kill, patience);
      });
    }
    const end = () => {
      clearTimeout(timer);
      resolve(
        text
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Answer),
      );
    };
    process_.once("error", end).once("close", end);
  });
}

/** A function dies of a package or file that is not in the archive, whatever its environment is. */
const notThere = /^(ERR_)?MODULE_NOT_FOUND$/;

function surelyDies(answer: Answer | undefined, file: string): boolean {
  if (answer?.name === undefined || answer.code === "ERR_ACCESS_DENIED" || answer.code === "ERR_DLOPEN_DISABLED")
    return false;
  if (answer.missing?.length === 0) return true;
  return notThere.test(answer.code ?? "") || (answer.code === "ENOENT" && isBeside(answer, file));
}

const isBeside = ({ path: named = "" }: Answer, file: string) => named.startsWith(path.dirname(file) + path.sep);

function refusalOf(answer: Answer, { built }: Candidate, { file, root }: { file: string; root: string }): Error {
  const { name = "Error", code } = answer;
  const message = (answer.message ?? "").split("\nRequire stack:")[0]?.replaceAll(path.dirname(file), "/var/task");
  const at = originOf(answer.stack ?? "", built, { file, root });
  const where = at === undefined ? "" : `${shownChain(built.chainTo(at.source))}:${at.line}\n`;
  return new Error(
    `it fails as soon as it is loaded, as it would at the start of every function:\n  ${name}: ` +
      `${message}\n${where}  ${fixFor(code, isBeside(answer, file))}`,
  );
}

function fixFor(code: string | undefined, beside: boolean): string {
  if (notThere.test(code ?? "")) {
    return (
      "The package is asked for by a name that is only known when the code runs, so it is not in the bundle: name " +
      "it in `external`, and put it, " +
      "built for Linux on arm64, into the archive with `assets`."
    );
  }
  if (beside) return "The file is not in the archive: put it there with `assets`, where the code looks for it.";
  return (
    "The archive holds one CommonJS file: move into the callback's factory what cannot be done there, or use a " +
    "package that can be bundled."
  );
}

/** The source and line in which the error arose: the topmost frame of the stack in the bundle that has one. */
function originOf(
  stack: string,
  { sourceMap }: Built,
  { file, root }: { file: string; root: string },
): { readonly source: string; readonly line: number } | undefined {
  const map = new SourceMap(JSON.parse(sourceMap));
  for (const frame of stack.split("\n")) {
    const place = frame.includes(file) ? /:(\d+):(\d+)\)?$/.exec(frame) : null;
    if (place === null) continue;
    const found = map.findEntry(Number(place[1]) - 1, Number(place[2]) - 1);
    if (!("originalSource" in found) || virtual.test(found.originalSource)) continue;
    const absolute = path.resolve(root, outputFolder, found.originalSource);
    return { source: path.relative(root, absolute).split(path.sep).join("/"), line: found.originalLine + 1 };
  }
  return undefined;
}
