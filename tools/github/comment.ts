// Posts one comment on a pull request, and updates it the next time: the preview of a stack, or the review of
// `spillway review`. The workflows run it as it is (Node 24, nothing installed), with a token that may write comments,
// so it imports Node only.
// Longer than 250 lines because it is one script that workflows run alone, without anything of the repository beside
// it.
import { lstatSync, readFileSync } from "node:fs";

const usage = `node tools/github/comment.ts preview FILE    what pulumi preview printed; STACK names the stack
node tools/github/comment.ts review FILE     what spillway review wrote, in a run that comment.yml was told of`;

/** GitHub's limit of a comment is 65,536 characters; the rest is for what stands above the text. */
const maximumText = 64_000;
/** Larger than anything that the review or a preview writes. */
const maximumFile = 4 * 1024 * 1024;
/** Who GITHUB_TOKEN is: nobody else's comment is ever updated, whatever marker it has. */
const author = "github-actions[bot]";
/**
 * The first line of a review marks it for whoever posts it by hand; here the marker is not the artifact's to choose.
 */
const writtenMarker = /^<!-- spillway-review: [\w. -]* -->\n/;

interface Repository {
  readonly full_name: string;
  readonly owner: { readonly login: string };
}

interface PullRequest {
  readonly number: number;
  readonly head: { readonly sha: string; readonly repo: Repository | null };
}

interface WorkflowRun {
  readonly id: number;
  readonly event: string;
  readonly path: string;
  readonly head_sha: string;
  readonly head_branch: string;
  readonly head_repository: Repository | null;
}

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string } | null;
}

/** What GitHub tells the run about its event. */
interface Event {
  readonly pull_request?: PullRequest;
  readonly workflow_run?: WorkflowRun;
}

interface Post {
  readonly pullRequest: number;
  /** An HTML comment, invisible on the page, by which the comment is found again. */
  readonly marker: string;
  readonly body: string;
}

async function main([kind, file]: readonly string[]): Promise<void> {
  if ((kind !== "preview" && kind !== "review") || file === undefined) {
    process.exitCode = 2;
    console.error(usage);
    return;
  }
  const event: Event = JSON.parse(readFileSync(setting("GITHUB_EVENT_PATH"), "utf8"));
  const post = kind === "preview" ? previewOf(event, file) : await reviewOf(event, file);
  if (post !== undefined) await publish(post);
}

function previewOf({ pull_request }: Event, file: string): Post {
  if (pull_request === undefined)
    throw new Error("A preview is posted by a run of the event pull_request only; this run has another event.");
  const stack = setting("STACK");
  const printed = textOf(file) ?? "pulumi preview was not reached: the run says what failed before it.";
  const { end, rest, note } = laidOut(invisibleRemoved(printed), stack);
  const marker = `<!-- spillway-preview: ${stack} -->`;
  const head = `### pulumi preview: ${stack}\n\nof ${pull_request.head.sha} · [run](${runUrl(setting("GITHUB_RUN_ID"))})${note}`;
  const folded =
    rest === "" ? "" : `<details><summary>All that is changed</summary>\n\n${fenced(rest)}\n\n</details>\n`;
  return {
    pullRequest: pull_request.number,
    marker,
    body: `${marker}\n${head}\n\n${fenced(end)}\n${folded === "" ? "" : `\n${folded}`}`,
  };
}

/** Lines from which on a preview is folded. */
const longPreview = 60;
/** Characters of a preview's end that are always shown; of one without totals, as one that failed, the last ones. */
const longestEnd = 40_000;
const shownOfFailure = 4000;
/** Stacks whose standing advisory findings everybody knows: only those on what a change touches are shown. */
const knownFindings = ["dev"];

interface LaidOut {
  /** Totals and findings, or all of it where it is short. */
  readonly end: string;
  /** The changes before them, to be folded. */
  readonly rest: string;
  readonly note: string;
}

/**
 * The end first, because it says how much changes and what is against the policies; the changes, which may be very
 * long, as far as they fit.
 */
function laidOut(printed: string, stack: string): LaidOut {
  const lines = printed.trimEnd().split("\n");
  const total = lines.lastIndexOf("Resources:");
  const from = totalsFrom(lines, total);
  const changes = lines.slice(0, from);
  const all = lines.slice(from);
  const ends = (knownFindings.includes(stack) ? withoutKnown(all, touchedBy(changes)) : all).join("\n");
  const shown = [...changes, ends].join("\n");
  if (shown.split("\n").length <= longPreview && shown.length <= maximumText) return { end: shown, rest: "", note: "" };
  const end = lastLines(ends, total < 0 ? shownOfFailure : longestEnd);
  const cutOff = ends.length - end.length;
  const { text, note } = cut(changes.join("\n"), maximumText - end.length);
  const missing =
    cutOff === 0
      ? note
      : `\n\n**The first ${cutOff} characters of the end are cut off; the run's artifact has all.**${note}`;
  return { end, rest: text, note: missing };
}

/** The line at which policies and totals begin, whichever is first; without totals the last ones that are shown. */
function totalsFrom(lines: readonly string[], total: number): number {
  if (total < 0) {
    let characters = 0;
    let from = lines.length;
    while (from > 0 && characters + (lines[from - 1]?.length ?? 0) < shownOfFailure) {
      from -= 1;
      characters += (lines[from]?.length ?? 0) + 1;
    }
    return Math.min(from, lines.length - 1);
  }
  const policies = lines.lastIndexOf("Policies:", total);
  const between = policies < 0 ? [] : lines.slice(policies + 1, total);
  return policies >= 0 && between.every((line) => line === "" || line.startsWith(" ")) ? policies : total;
}

/** `aws:sqs/queue:Queue: orders` of each resource with a step other than "same", as a finding names it. */
function touchedBy(changes: readonly string[]): ReadonlySet<string> {
  const touched = new Set<string>();
  for (const [index, line] of changes.entries()) {
    const [, urn] = /^\s*\[urn=(urn:pulumi:.*)\]$/.exec(line) ?? [];
    const step = changes
      .slice(Math.max(0, index - 3), index)
      .reverse()
      .find((above) => /: \([a-z-]+\)/.test(above));
    if (urn === undefined || step === undefined || /: \(same\)/.test(step)) continue;
    const [, , types = "", ...name] = urn.split("::");
    touched.add(`${types.split("$").pop()}: ${name.join("::")}`);
  }
  return touched;
}

/** Without advisory findings on other resources, and how many these are. What is of the stack as a whole stays. */
function withoutKnown(lines: readonly string[], touched: ReadonlySet<string>): readonly string[] {
  const kept: string[] = [];
  let left = 0;
  let leaving = false;
  for (const line of lines) {
    const [, level, where = ""] = /^ {8}- \[(\w+)\] .*\(([^()]+)\)$/.exec(line) ?? [];
    if (level !== undefined) {
      leaving = level === "advisory" && !touched.has(where) && !where.startsWith("pulumi:pulumi:Stack:");
      if (leaving) left += 1;
    } else if (!/^ {9}/.test(line) && line !== "") {
      leaving = false;
    }
    if (!leaving) kept.push(line);
  }
  const note = `${left} advisory ${left === 1 ? "finding" : "findings"} on what this change does not touch: see the run's artifact.`;
  return left === 0 ? kept : [...kept, "", note];
}

/** The last whole lines that fit. */
function lastLines(text: string, most: number): string {
  if (text.length <= most) return text;
  const at = text.indexOf("\n", text.length - most);
  return at < 0 ? text.slice(-most).replace(/^[\udc00-\udfff]/, "") : text.slice(at + 1);
}

function fenced(text: string): string {
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${fence}text\n${text.trimEnd()}\n${fence}`;
}

async function reviewOf({ workflow_run: run }: Event, file: string): Promise<Post | undefined> {
  if (run === undefined)
    throw new Error("A review is posted by a run of the event workflow_run only; this run has another event.");
  // The trigger knows a workflow by its name only, which another file may have too.
  if (run.event !== "pull_request" || run.path.split("@")[0] !== ".github/workflows/review.yml") {
    throw new Error(`A review comes from review.yml for a pull request; this run was of ${run.path} for ${run.event}.`);
  }
  const written = textOf(file);
  if (written === undefined) return skip("The run wrote no review: its log says why.");
  const pullRequest = await pullRequestOf(run);
  if (pullRequest === undefined) return undefined;
  const { text, note } = cut(neutralised(invisibleRemoved(written).replace(writtenMarker, "")));
  const marker = "<!-- spillway-review: all stacks -->";
  const head = `Review of ${run.head_sha} · [run](${runUrl(run.id)}) · written by the pull request's own code, without credentials${note}`;
  return { pullRequest: pullRequest.number, marker, body: `${marker}\n${head}\n\n${text.trimEnd()}\n` };
}

/** The one open pull request whose newest commit the run was of: as GitHub knows it, not as the artifact says. */
async function pullRequestOf(run: WorkflowRun): Promise<PullRequest | undefined> {
  const from = run.head_repository;
  if (from === null) return skip("The repository of the pull request is gone.");
  const head = new URLSearchParams({ state: "open", head: `${from.owner.login}:${run.head_branch}`, per_page: "100" });
  const open = await github<PullRequest[]>("GET", `pulls?${head}`);
  const ofRun = open.filter((each) => each.head.sha === run.head_sha && each.head.repo?.full_name === from.full_name);
  const [first, second] = ofRun;
  if (first === undefined)
    return skip(`No open pull request is at ${run.head_sha}: it has a newer commit or was closed.`);
  if (second === undefined) return first;
  return skip(`The pull requests ${ofRun.map((each) => each.number).join(", ")} are all at ${run.head_sha}.`);
}

/** Creates the comment, or updates the one that has the marker. */
async function publish({ pullRequest, marker, body }: Post): Promise<void> {
  const existing = await commentOf(pullRequest, marker);
  if (existing === undefined) await github("POST", `issues/${pullRequest}/comments`, { body });
  else await github("PATCH", `issues/comments/${existing.id}`, { body });
  console.log(`${existing === undefined ? "Posted on" : "Updated on"} pull request ${pullRequest}.`);
}

async function commentOf(pullRequest: number, marker: string): Promise<Comment | undefined> {
  for (let page = 1; ; page++) {
    const comments = await github<Comment[]>("GET", `issues/${pullRequest}/comments?per_page=100&page=${page}`);
    const found = comments.find(({ body, user }) => user?.login === author && body.startsWith(marker));
    if (found !== undefined || comments.length < 100) return found;
  }
}

/**
 * The file's text; undefined when there is no file. A link would be a way to have another file of the machine posted.
 */
function textOf(file: string): string | undefined {
  const entry = lstatSync(file, { throwIfNoEntry: false });
  if (entry === undefined) return undefined;
  if (!entry.isFile()) throw new Error(`${file} is not a file; an artifact contains files only.`);
  if (entry.size > maximumFile) {
    throw new Error(
      `${file} has ${entry.size} bytes; at most ${maximumFile} are read, a review or preview is far smaller.`,
    );
  }
  return readFileSync(file, "utf8");
}

/**
 * At most what a comment takes, whole lines. The note stands above the text: below, an open fence of it would swallow
 * it.
 */
function cut(text: string, most = maximumText): { readonly text: string; readonly note: string } {
  if (text.length <= most) return { text, note: "" };
  const end = text.lastIndexOf("\n", most);
  const kept = end > 0 ? text.slice(0, end) : text.slice(0, most).replace(/[\ud800-\udbff]$/, "");
  return {
    text: kept,
    note: `\n\n**Cut after ${kept.length} of ${text.length} characters; the run's artifact has all.**`,
  };
}

/** Without control characters (but tabs and line ends) and those that turn the direction of writing. */
function invisibleRemoved(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/(?![\n\t])\p{Cc}|[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, "");
}

/** A zero-width space: what it parts reads the same, also inside code, and is no longer Markdown, HTML or a mention. */
const apart = "\u200b";
/** Tags that a review is laid out with; without attributes they can do nothing. */
const allowedTags = "(?:/?(?:details|summary|br|sub|sup|b|i|strong|em|code|kbd)\\s*/?|details open)>";
/** Entities that stand for what a table or code cannot hold; others could spell a mention. */
const allowedEntities = "(?:amp|lt|gt|quot|nbsp|#124|#96);";

/**
 * Someone else's Markdown, so that it notifies nobody, links and loads nothing, hides nothing and commands no bot. What
 * a Mermaid diagram is made of stays as it is: `<br/>`, colours (`fill:#123456`) and classes (`A["orders"]:::changed`).
 */
function neutralised(markdown: string): string {
  return markdown
    .replace(new RegExp(`&(?!${allowedEntities})(?=[#\\w])`, "gi"), `&${apart}`)
    .replace(new RegExp(`<(?!${allowedTags})(?=[a-z/!?])`, "gi"), `<${apart}`)
    .replaceAll("@", `@${apart}`)
    .replace(/((?<!&|\b(?:fill|stroke|color):)#|\bGH-)(?=\d)/gi, `$1${apart}`)
    .replace(/:(?=\\?\/\\?\/)/g, `:${apart}`)
    .replace(/\b(mailto|xmpp):/gi, `$1${apart}:`)
    .replace(/\b(www)\./gi, `$1${apart}.`)
    .replace(/\](?=[([]|:(?!::))/g, `]${apart}`)
    .replace(/^(\s*)(?=\/)/gm, `$1${apart}`);
}

async function github<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${setting("GITHUB_API_URL")}/repos/${setting("GITHUB_REPOSITORY")}/${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${setting("GITHUB_TOKEN")}`,
      "content-type": "application/json",
      "x-github-api-version": "2022-11-28",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`GitHub answered ${answer.status} to ${method} ${path}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

function skip(reason: string): undefined {
  console.log(`::notice::Nothing is posted. ${reason}`);
  return undefined;
}

function runUrl(run: string | number): string {
  return `${setting("GITHUB_SERVER_URL")}/${setting("GITHUB_REPOSITORY")}/actions/runs/${run}`;
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "")
    throw new Error(`${name} is not set; GitHub's runner or the workflow sets it.`);
  return value;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`::error::${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
