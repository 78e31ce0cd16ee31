// The lines that a function wrote, as `spillway start` shows them: the time, the function, its batches in short, its
// log lines with their fields.
import { inspect, type styleText } from "node:util";
import { trimStack } from "spillway/bundle/frames";

type Style = Parameters<typeof styleText>[0];

export interface Terminal {
  /** Styles a text if the terminal has colours, and returns it unchanged otherwise. */
  paint(style: Style, text: string): string;
  /** The time of lines that contain no time. */
  now(): Date;
  /** Shows all frames of a stack. Default: those of the user's own code. */
  readonly wholeStacks?: boolean;
}

/** A failed record in the consumer's log line of a batch. */
interface Failure {
  readonly id: string;
  readonly attempt?: number;
  readonly errorType: string;
  readonly errorMessage: string;
  readonly outcome: string;
  readonly stack?: string;
}

interface BatchLine {
  readonly message: "batch";
  readonly batch: Readonly<
    Record<"received" | "succeeded" | "retried" | "deadLettered" | "handedBack" | "milliseconds", number>
  >;
  readonly failures?: readonly Failure[];
  readonly correlationIds?: readonly string[];
}

/** What has become of an event that was a dead letter before. */
interface RedrivenLine {
  readonly message: "redriven";
  readonly recordId: string;
  readonly correlationId: string;
  readonly redrives: number;
  readonly outcome: Outcome;
}

/** The outcomes of a record, in the order in which a batch shows them. */
const outcomes = {
  succeeded: { says: "succeeded", style: "green", mark: "✓" },
  retried: { says: "retried", style: "yellow", mark: "↻" },
  deadLettered: { says: "dead-lettered", style: "red", mark: "✗" },
  handedBack: { says: "handed back", style: "yellow", mark: "↻" },
} as const;

type Outcome = keyof typeof outcomes;

type Fields = Readonly<Record<string, unknown>>;

/** A few flows can be followed by their ids. With more of them, a line would be useless. */
const mostFlows = 3;

/** The members of each line of Powertools and of Lambda's JSON format besides those of the callback. */
const ofThePlatform: ReadonlySet<string> = new Set([
  ...["level", "message", "timestamp", "service", "requestId", "cold_start", "sampling_rate", "xray_trace_id"],
  ...["function_arn", "function_memory_size", "function_name", "function_request_id", "tenant_id"],
]);

const styles: Readonly<Record<string, Style>> = {
  TRACE: "gray",
  DEBUG: "gray",
  INFO: "cyan",
  WARN: "yellow",
  ERROR: "red",
  FATAL: "red",
  CRITICAL: "red",
};

/** A line of Lambda's text format: time, request, level, message. */
const textLine = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\t[\w-]*\t([A-Z]+)\t(.*)$/s;

/** Undefined for lines that are not for people: embedded metrics and empty lines. */
export function describeLog(functionName: string, line: string, terminal: Terminal): string | undefined {
  const parsed = parse(line);
  if (parsed === undefined) {
    if (line.trim() === "") return undefined;
    const [, time, level = "", text = line] = textLine.exec(line) ?? [];
    return head(functionName, { time, mark: " ", text: withLevel(level, text, terminal) }, terminal);
  }
  // Embedded metrics are for CloudWatch.
  if ("_aws" in parsed) return undefined;
  if (isBatch(parsed)) return describeBatch(functionName, parsed, terminal);
  return isRedriven(parsed)
    ? describeRedriven(functionName, parsed, terminal)
    : describeFields(functionName, parsed, terminal);
}

/** A batch whose function failed as a whole. */
export function describeFailure(functionName: string, message: string, terminal: Terminal): string {
  const mark = terminal.paint("red", "✗");
  return head(functionName, { time: undefined, mark, text: terminal.paint("red", message) }, terminal);
}

/** What the run says itself. */
export const describeNote = (text: string, { paint, now }: Terminal) => `${paint("gray", clockTime(now()))}   ${text}`;

function head(
  functionName: string,
  { time, mark, text }: { readonly time: unknown; readonly mark: string; readonly text: string },
  { paint, now }: Terminal,
): string {
  const written = new Date(typeof time === "string" ? time : Number.NaN);
  return `${paint("gray", clockTime(Number.isNaN(written.getTime()) ? now() : written))} ${mark} ${paint("bold", functionName)}  ${text}`;
}

function withLevel(level: string, text: string, { paint }: Terminal): string {
  return level === "" ? text : `${paint(styles[level] ?? "reset", level)} ${text}`;
}

/** Without colours too, neither a dead letter nor a retry may look like a success. */
function describeBatch(functionName: string, line: BatchLine & Fields, terminal: Terminal): string {
  const { batch, failures = [], correlationIds = [] } = line;
  const { paint, wholeStacks = false } = terminal;
  const parts = (Object.keys(outcomes) as Outcome[])
    .filter((outcome) => batch[outcome] > 0)
    .map((outcome) => paint(outcomes[outcome].style, `${batch[outcome]} ${outcomes[outcome].says}`));
  const isWhole = batch.succeeded === batch.received;
  const mark = batch.deadLettered > 0 ? paint("red", "✗") : isWhole ? paint("green", "✓") : paint("yellow", "↻");
  const flows = correlationIds.length <= mostFlows && batch.received <= mostFlows ? correlationIds.join(", ") : "";
  const text =
    `${batch.received} received: ${parts.join(", ")} in ${batch.milliseconds} ms` +
    (flows === "" ? "" : paint("gray", `  [${flows}]`));
  const reasons = failures.map(({ id, attempt, errorType, errorMessage, outcome, stack = "" }) => {
    const isDead = outcome === "deadLettered";
    const says = isDead ? paint("red", "dead-lettered") : outcome === "handedBack" ? "handed back" : outcome;
    const reason = `    ${id} ${says}${attempt === undefined ? "" : ` (attempt ${attempt})`}: ${errorType}: ${errorMessage}`;
    // The first line of the stack repeats the type and the message.
    const frames = (wholeStacks ? stack : trimStack(stack)).split("\n").slice(1).join("\n");
    return frames === "" ? reason : `${reason}\n${paint("gray", indent(frames))}`;
  });
  return [head(functionName, { time: line.timestamp, mark, text }, terminal), ...reasons].join("\n");
}

/** `(time 2)`: it was a dead letter twice before. */
function describeRedriven(functionName: string, line: RedrivenLine & Fields, terminal: Terminal): string {
  const { recordId, correlationId, redrives, outcome, timestamp } = line;
  const { says, style, mark } = outcomes[outcome];
  const { paint } = terminal;
  const times = redrives > 1 ? ` (time ${redrives})` : "";
  const flow = correlationId === recordId ? "" : paint("gray", `  [${correlationId}]`);
  const text = `${recordId} redriven${times}: ${paint(style, says)}${flow}`;
  return head(functionName, { time: timestamp, mark: paint(style, mark), text }, terminal);
}

function describeFields(functionName: string, line: Fields, terminal: Terminal): string {
  const { level = "", message = "", timestamp } = line;
  const colors = terminal.paint("red", "x") !== "x";
  const show = (value: unknown) => inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 8, colors });
  // Lambda's own JSON format has the members of an error besides the message.
  const whole = stackOf(line);
  const given = Object.entries(line).filter(([name]) => !ofThePlatform.has(name) && !(whole && ofError.has(name)));
  const errors = given.flatMap(([name, value]) => {
    const stack = stackOf(value);
    return stack === undefined ? [] : [{ name, stack }];
  });
  const plain = given.filter(([name]) => !errors.some((error) => error.name === name));
  const text = [
    typeof message === "string" ? message : show(message),
    ...(plain.length === 0 ? [] : [show(Object.fromEntries(plain))]),
  ].join(" ");
  const first = head(
    functionName,
    { time: timestamp, mark: " ", text: withLevel(String(level), text, terminal) },
    terminal,
  );
  const stacks = [...(whole === undefined ? [] : [whole]), ...errors.map(({ stack }) => stack)];
  return [first, ...stacks.map((stack) => indent(terminal.wholeStacks ? stack : trimStack(stack)))].join("\n");
}

const ofError: ReadonlySet<string> = new Set(["errorType", "errorMessage", "stackTrace"]);

/** The stack of a JSON value that looks like an error, with its causes. Undefined for any other value. */
function stackOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { name, message, stack, cause, errorType, errorMessage, stackTrace } = value as Fields;
  const type = errorType ?? name;
  const says = errorMessage ?? message;
  const trace = stackTrace ?? stack;
  if (typeof type !== "string" || typeof says !== "string" || trace === undefined) return undefined;
  const lines = Array.isArray(trace) ? trace.map((frame) => `    ${String(frame).trim()}`) : String(trace).split("\n");
  // The stack contains only frames, or the type and the message first.
  const own = Array.isArray(trace) && !lines[0]?.includes(says) ? [`${type}: ${says}`, ...lines] : lines;
  const inner = cause === undefined ? undefined : (stackOf(cause) ?? inspect(cause));
  return [...own, ...(inner === undefined ? [] : [`caused by ${inner}`])].join("\n");
}

const indent = (text: string) => text.replace(/^/gm, "    ");

/** The time in this machine's time zone. */
function clockTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

function parse(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown) => typeof value === "object" && value !== null;
const isList = (value: unknown, is: (item: unknown) => boolean = () => true) => Array.isArray(value) && value.every(is);

/** A callback may write a line that only looks like it. */
function isBatch(line: Fields): line is BatchLine & Fields {
  const { message, batch, failures = [], correlationIds = [] } = line;
  return message === "batch" && isObject(batch) && isList(failures, isObject) && isList(correlationIds);
}

function isRedriven(line: Fields): line is RedrivenLine & Fields {
  return (
    line.message === "redriven" && typeof line.redrives === "number" && Object.hasOwn(outcomes, String(line.outcome))
  );
}
