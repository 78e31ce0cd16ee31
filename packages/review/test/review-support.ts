// The review of two programs written in a test.

import type { Finding } from "../../cli/policy-findings";
import { withContents } from "../../cli/review/bundles";
import { type Report, reportOf } from "../../cli/review/report";
import type { Graph } from "../../graph/graph";
import { Recorded } from "../components/graph";

export const graphOf = async (run: () => unknown): Promise<Graph> =>
  withContents((await Recorded.of(() => void run())).graph, process.cwd());

export interface Findings {
  readonly before?: readonly Finding[];
  readonly after?: readonly Finding[];
}

export async function reviewOf(before: () => unknown, after: () => unknown, findings: Findings = {}): Promise<Report> {
  const was = await Recorded.of(() => void before());
  const is = await Recorded.after(was, () => void after());
  return reportOf({
    stack: "dev",
    base: "`main`",
    before: withContents(was.graph, process.cwd()),
    after: withContents(is.graph, process.cwd()),
    findings: { before: findings.before ?? [], after: findings.after ?? [] },
    onlyOnceDeployed: [],
    notes: [],
  });
}

/** Its Markdown. */
export const textOf = async (...programs: Parameters<typeof reviewOf>): Promise<string> =>
  (await reviewOf(...programs)).sections.join("\n\n");

/** The lines of the warnings at its top, without their sign. */
export const warningsOf = async (...programs: Parameters<typeof reviewOf>): Promise<readonly string[]> =>
  (await textOf(...programs))
    .split("\n")
    .filter((line) => line.startsWith("> - "))
    .map((line) => line.slice(4));
