// The review of two programs written in a test.

import * as pulumi from "@pulumi/pulumi";
import { Recorded } from "../../../../test/support/component-graph";
import { withContents } from "../../bundles";
import type { Finding } from "../../policy-findings";
import { type Report, reportOf } from "../../report";

export interface Findings {
  readonly before?: readonly Finding[];
  readonly after?: readonly Finding[];
}

export async function reviewOf(before: () => unknown, after: () => unknown, findings: Findings = {}): Promise<Report> {
  const was = await Recorded.of(exported(before));
  const is = await Recorded.after(was, exported(after));
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

/** What a program of a test returns is its outputs, unless it is the last resource that it creates. */
const exported = (program: () => unknown) => () => {
  const made = program();
  return made instanceof pulumi.Resource ? undefined : made;
};

/** The Markdown of the review. */
export const textOf = async (...programs: Parameters<typeof reviewOf>): Promise<string> =>
  (await reviewOf(...programs)).sections.join("\n\n");

/** The lines of the warnings at its top, without their sign. */
export const warningsOf = async (...programs: Parameters<typeof reviewOf>): Promise<readonly string[]> =>
  (await textOf(...programs))
    .split("\n")
    .filter((line) => line.startsWith("> - "))
    .map((line) => line.slice(4));
