// A review from its options to its Markdown: checks out the base, and evaluates both programs for each stack.
import { existsSync } from "node:fs";
import * as path from "node:path";
import { projectFaults } from "@spillway/graph";
import { checkOut } from "./checkout";
import { baseCommit } from "./commit";
import { type Evaluated, evaluateSide, nothing, type Side, withKeptNames } from "./evaluations";
import { code, fenced, fitted, largestComment } from "./markdown";
import { findingsOf } from "./policy-findings";
import { type Report, reportOf } from "./report";

export interface ReviewOptions {
  /** Undefined: the merge base with origin/main, or with main. */
  readonly base: string | undefined;
  readonly stacks: readonly string[];
  readonly program: string;
  readonly config: Readonly<Record<string, string>>;
}

export interface Review {
  readonly markdown: string;
  /** Whether something mandatory is violated, or the program cannot be evaluated. */
  readonly failed: boolean;
}

export interface Surroundings {
  /** The folder from which `program` is resolved. */
  readonly cwd: string;
  readonly signal?: AbortSignal;
  /** Called with each line about the progress. */
  say(line: string): void;
}

/** Rejects where git, npm or the file system fails. A failure of the program itself is part of the review. */
export async function review(options: ReviewOptions, { cwd, signal, say }: Surroundings): Promise<Review> {
  const program = path.resolve(cwd, options.program);
  const after = { root: projectOf(program), program: path.relative(projectOf(program), program) };
  const base = await baseCommit(after.root, options.base);
  const described = options.base === undefined ? `the ${base.described}` : code(base.described);
  const compared = `${described} (${code(base.id.slice(0, 10))})`;
  const aborting = signal !== undefined && { signal };
  say(`Checking out ${base.described} (${base.id.slice(0, 10)}) …`);
  const checkout = await checkOut({ root: after.root, commit: base.id, say, ...aborting });
  try {
    const before = { root: checkout.root, program: after.program };
    const reports: Report[] = [];
    for (const stack of options.stacks) {
      say(`Evaluating stack ${stack} …`);
      reports.push(await reviewStack(before, after, compared, { stack, config: options.config, ...aborting }));
    }
    const marker = `<!-- spillway-review: ${options.stacks.join(" ")} -->`;
    const share = Math.floor((largestComment - marker.length) / reports.length);
    return {
      markdown: [`${marker}\n`, ...reports.map(({ sections }) => fitted(sections, share))].join("\n"),
      failed: reports.some(({ failed }) => failed),
    };
  } finally {
    await checkout.remove();
  }
}

async function reviewStack(
  before: Side,
  after: Side,
  compared: string,
  options: Parameters<typeof evaluateSide>[1],
): Promise<Report> {
  const refused = projectFaults(after.root);
  const is = refused.length > 0 ? { error: refused.join("\n") } : await evaluateSide(after, options);
  const { stack } = options;
  if (!("graph" in is)) {
    const message =
      "error" in is
        ? is.error
        : `There is no ${is.missing}; say which stack with --stack, which program with --program.`;
    const sections = [
      `## Stack ${code(stack)}`,
      `Compared with ${compared}.`,
      "### The program cannot be evaluated",
      fenced(message),
    ];
    return { sections, failed: true };
  }
  const was = await evaluateSide(before, options);
  const graph = "graph" in was ? was.graph : nothing(is.graph);
  const now = await withKeptNames(is.graph, graph, after, options);
  return reportOf({
    stack,
    base: compared,
    before: graph,
    after: now,
    findings: { before: findingsOf(graph), after: findingsOf(now) },
    onlyOnceDeployed: is.onlyOnceDeployed,
    notes: notesOn(was, stack),
  });
}

function notesOn(base: Evaluated, stack: string): string[] {
  if ("missing" in base) {
    return [
      `The base has no ${code(base.missing)}, so no stack ${code(stack)} to compare with: all of it is new here.`,
    ];
  }
  if ("error" in base) {
    return [
      "### The base cannot be evaluated",
      "So there is nothing to compare with, and all of the program is listed as new. The base says:",
      fenced(base.error),
    ];
  }
  return [];
}

function projectOf(program: string): string {
  for (let at = path.dirname(program); ; at = path.dirname(at)) {
    if (existsSync(path.join(at, "Pulumi.yaml"))) return at;
    if (path.dirname(at) === at) {
      throw new Error(`There is no Pulumi.yaml beside ${program} or above it; run this in a Pulumi project.`);
    }
  }
}
