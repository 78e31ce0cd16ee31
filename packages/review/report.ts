// The review of one stack as Markdown, most serious first. What does not fit into a comment is cut from its end.

import type { Graph, GraphResource } from "@spillway/graph";
import { describeNotExported, notExported } from "@spillway/graph/read/dead-letters";
import { diagramOf } from "@spillway/graph/read/diagram";
import { nameOf } from "@spillway/graph/read/names";
import { asNamedNow } from "./as-named-now";
import { bundleLines } from "./bundles";
import { type Comparison, compareGraphs } from "./compare";
import type { Danger } from "./danger";
import { dangersOf } from "./dangers";
import { differencesOf } from "./difference";
import { findingChanges } from "./findings";
import { identityWarnings } from "./identities";
import { code, count, details, fenced } from "./markdown";
import { permissionChanges } from "./permissions";
import type { Finding } from "./policy-findings";
import { changeLines, consequenceLine, isContent, isOfItsOwn, kinds, resourceList } from "./resource-lines";

export interface Reviewed {
  readonly stack: string;
  /** What the stack is compared with, as Markdown. */
  readonly base: string;
  readonly before: Graph;
  readonly after: Graph;
  readonly findings: { readonly before: readonly Finding[]; readonly after: readonly Finding[] };
  /** URNs of resources that exist only once the deployment knows more. */
  readonly onlyOnceDeployed: readonly string[];
  /** Notes about a base that could not be evaluated. */
  readonly notes: readonly string[];
}

export interface Report {
  /** Paragraphs. */
  readonly sections: readonly string[];
  /** Whether something mandatory is violated, or the deployment would fail. */
  readonly failed: boolean;
}

export function reportOf(reviewed: Reviewed): Report {
  const { stack, base, before, after, findings, onlyOnceDeployed, notes } = reviewed;
  const comparison = compareGraphs(before, after);
  const changes = findingChanges(findings.before, findings.after, comparison);
  const dangers = dangersOf(comparison);
  const { deleted, shared } = identityWarnings(comparison);
  const violated = findings.after.some(({ level }) => level === "mandatory");
  const sections = [
    `## Stack ${code(stack)}`,
    `${summary(comparison)}. Compared with ${base}.`,
    ...notes,
    ...alert("CAUTION", "Data is lost", ofKind("data")),
    ...alert("CAUTION", "Created and deleted at once", deleted),
    ...alert("WARNING", "Records are read again", ofKind("repetition")),
    ...alert("WARNING", "Two in the program, one on AWS", shared),
    ...alert("WARNING", "Less is protected", ofKind("protection")),
    ...unknowns(onlyOnceDeployed, after),
    ...findingSections(changes.added, "Against the policies, new", after),
    ...orWhy("Permissions", () => permissions(comparison)),
    ...changedSection(comparison),
    ...renamedSection(comparison),
    ...removedSection(comparison),
    ...addedSection(comparison),
    ...listed("Bundles", bundleLines(comparison)),
    ...consequences(comparison),
    ...outputs(comparison),
    ...orWhy("The pipeline", () => diagram(comparison)),
    ...remaining(changes),
  ];
  return { sections, failed: violated || onlyOnceDeployed.length > 0 };

  function ofKind(kind: Danger["kind"]): string[] {
    return dangers.filter((danger) => danger.kind === kind).map(({ text }) => text);
  }
}

function summary({ added, removed, changed }: Comparison): string {
  const replaced = changed.filter(({ effect }) => effect === "replaces").length;
  const renamed = changed.filter((change) => change.renamed).length;
  const updated = changed.filter(
    ({ effect, options }) => effect !== "replaces" && (effect !== undefined || options.length > 0),
  );
  const parts = [
    [added.length, "added"],
    [removed.length, "removed"],
    [replaced, "replaced"],
    [updated.length, "changed"],
    [renamed, "renamed and kept"],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, what]) => `**${number} ${what}**`);
  return said.length === 0 ? "No resource changes" : `Resources: ${said.join(", ")}`;
}

/**
 * https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts
 */
function alert(kind: "CAUTION" | "WARNING", title: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  return [[`> [!${kind}]`, `> **${title}**`, ">", ...texts.map((text) => `> - ${text}`)].join("\n")];
}

function unknowns(urns: readonly string[], { resources }: Graph): string[] {
  const names = urns.map((urn) => {
    const resource = resources.find((each) => each.urn === urn);
    return (
      `- ${code(resource === undefined ? (urn.split("::").pop() ?? urn) : nameOf(resource))} is created ` +
      "depending on a value that only the deployment knows: a preview shows it wrongly. Create resources outside " +
      `of \`apply\`.`
    );
  });
  return listed("Not in every preview", names);
}

/** Mandatory findings one by one; for each advisory policy its first finding, and how many more there are. */
function findingSections(findings: readonly Finding[], title: string, { resources }: Graph): string[] {
  const named = new Map(resources.map((resource) => [resource.urn, nameOf(resource)]));
  const where = (urn: string | undefined) => code(urn === undefined ? "the stack" : (named.get(urn) ?? urn));
  const mandatory = findings.filter(({ level }) => level === "mandatory");
  const advisory = findings.filter(({ level }) => level === "advisory");
  const lines = mandatory.map(
    ({ policy, urn, message }) => `- **mandatory** ${code(policy)}, ${where(urn)}: ${code(message, 600)}`,
  );
  for (const policy of new Set(advisory.map((finding) => finding.policy))) {
    const [first, ...others] = advisory.filter((finding) => finding.policy === policy);
    if (first === undefined) continue;
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    lines.push(`- advisory ${code(policy)}, ${where(first.urn)}${more}: ${code(first.message, 600)}`);
  }
  return listed(title, lines);
}

function permissions(comparison: Comparison): string[] {
  const { changes, unsaid } = permissionChanges(comparison);
  const note = unsaid ? ["Functions that are new write their own logs and traces, too."] : [];
  return [
    ...listed(
      "Permissions",
      changes.map(({ text }) => `- ${text}`),
    ),
    ...note,
  ];
}

/** The sections, or why they are not known. An unreadable policy, which AWS would refuse, does not hide the rest. */
function orWhy(title: string, sections: () => string[]): string[] {
  try {
    return sections();
  } catch (error) {
    return listed(title, [`Not known: ${code((error as Error).message, 600)}`]);
  }
}

function changedSection({ changed, resources }: Comparison): string[] {
  const own = changed.filter(isOfItsOwn);
  // Each change is a paragraph, so that as many as possible remain when not all fit.
  return own.length === 0 ? [] : ["### Changed", ...own.map((change) => changeLines(change, resources))];
}

/** Resources that an alias keeps, and that change in nothing else. */
function renamedSection({ changed }: Comparison): string[] {
  const lines = changed
    .filter((change) => change.renamed && !isOfItsOwn(change))
    .map(({ before, after }) => `- ${code(nameOf(after))}, was ${code(nameOf(before))}`);
  return lines.length === 0 ? [] : ["### Renamed, and kept by an alias", lines.join("\n")];
}

function removedSection({ removed, resources }: Comparison): string[] {
  return removed.length === 0 ? [] : ["### Removed", kinds(removed), resourceList(removed, resources)];
}

function addedSection({ added, resources }: Comparison): string[] {
  if (added.length === 0) return [];
  const list = resourceList(added, resources);
  return ["### Added", added.length > 12 ? details(kinds(added), list) : list];
}

function consequences({ changed }: Comparison): string[] {
  const rest = changed.filter(
    (change) => !isOfItsOwn(change) && change.properties.some(({ property }) => !isContent(change.after, property)),
  );
  if (rest.length === 0) return [];
  const summary = `${count(rest.length, "resource")} only ${rest.length === 1 ? "follows" : "follow"} from the changes above`;
  return [details(summary, rest.map(consequenceLine).join("\n"))];
}

/** Outputs are read by `pulumi stack output`, and by programs that refer to this stack. */
function outputs({ before, after, matched }: Comparison): string[] {
  const changes = before.resources.length === 0 ? [] : outputChanges(before, after);
  const known = new Set<string | undefined>(notExported(before).map(({ urn }) => urn));
  const missing = notExported(after).filter(({ urn }) => !known.has(matched.get(urn)));
  const unseen = describeNotExported(missing, after.outputs, code).map((line) => `- advisory: ${line}`);
  return listed("Outputs of the stack", [...changes, ...unseen]);
}

function outputChanges(before: Graph, after: Graph): string[] {
  const [was, is] = [Object.keys(before.outputs), Object.keys(after.outputs)];
  const lost = was
    .filter((name) => !is.includes(name))
    .map((name) => `- ${code(name)} is removed: programs that read it fail`);
  const gained = is.filter((name) => !was.includes(name)).map((name) => `- ${code(name)} is added`);
  const other = was
    .filter((name) => is.includes(name) && keysOf(before, name) !== keysOf(after, name))
    .flatMap((name) => differencesOf(name, namesIn(before, name), namesIn(after, name)))
    .map(({ path, after: now }) => `- ${code(path)} is ${now === undefined ? "removed" : "added"}`);
  return [...lost, ...gained, ...other];
}

/** The keys of an output, as `deadLetters.orders`. Values are not compared, because the deployment generates them. */
function namesIn({ outputs: all }: Graph, name: string): Record<string, string> {
  const value = all[name];
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.keys(value).map((key) => [key, ""]))
    : {};
}

function keysOf(graph: Graph, name: string): string {
  return Object.keys(namesIn(graph, name)).sort().join();
}

function diagram(comparison: Comparison): string[] {
  const { after, added, removed, changed } = comparison;
  const shown = changed.filter(({ effect, options }) => effect !== undefined || options.length > 0);
  if (added.length + removed.length + shown.length === 0) return [];
  const urnsOf = (resources: readonly GraphResource[]) => new Set(resources.map(({ urn }) => urn));
  const marks = {
    added: urnsOf(added),
    removed: urnsOf(removed),
    changed: urnsOf(shown.map((change) => change.after)),
    base: asNamedNow(comparison),
  };
  return [
    "### The pipeline",
    fenced(diagramOf(after, marks), "mermaid"),
    "Green is added, red removed, brown changed.",
  ];
}

function remaining({ remaining: all, resolved }: ReturnType<typeof findingChanges>): string[] {
  const mandatory = all.filter(({ level }) => level === "mandatory").length;
  const parts = [
    ...(resolved.length > 0 ? [`${count(resolved.length, "finding")} resolved`] : []),
    ...(all.length > 0
      ? [`${count(all.length, "finding")} as before${mandatory > 0 ? `, **${mandatory} mandatory**` : ""}`]
      : []),
  ];
  return parts.length === 0 ? [] : [`Policies: ${parts.join("; ")}.`];
}

function listed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`### ${title}`, lines.join("\n")];
}
