// AWS's cron expressions: minutes hours day-of-month month day-of-week year, as Scheduler and EventBridge's rules have
// them. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
import cronParser from "aws-cron-parser";

/**
 * The first moment after `wall` that it names; undefined when there is none any more. Both are wall clock times,
 * counted as if they were UTC.
 */
export type Cron = (wall: number) => number | undefined;

type Parsed = ReturnType<typeof cronParser.parse>;

interface Field {
  readonly member: keyof Parsed;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** Names that stand for numbers, beginning with `min`. */
  readonly names?: readonly string[];
  /** What else an element may be. */
  readonly special?: RegExp;
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const fields: readonly Field[] = [
  { member: "minutes", label: "minutes", min: 0, max: 59 },
  { member: "hours", label: "hours", min: 0, max: 23 },
  { member: "daysOfMonth", label: "day-of-month", min: 1, max: 31, special: /^(L|\d+W)$/ },
  { member: "months", label: "month", min: 1, max: 12, names: months },
  { member: "daysOfWeek", label: "day-of-week", min: 1, max: 7, names: days, special: /^(L|[1-7]L|[1-7]#[1-5])$/ },
  { member: "years", label: "year", min: 1970, max: 2199 },
];

const day = 86_400_000;

/** `text`: what stands within `cron(…)`. Throws an Error that says what is wrong. */
export function compileCron(text: string): Cron {
  const given = text.trim().split(/\s+/);
  if (given.length !== 6) throw new Error(`a cron expression has 6 fields, ${given.length} given`);
  const texts = fields.map((field, index) => numbered(given[index] ?? "", field));
  if ((texts[2] === "?") === (texts[4] === "?")) {
    throw new Error("exactly one of day-of-month and day-of-week must be ?");
  }
  const parsed = Object.fromEntries(
    fields.map((field, index) => [field.member, parseField(texts, index)]),
  ) as unknown as Parsed;
  return (wall) => following(parsed, wall);
}

/** With names replaced by their numbers; refuses what the parser would read as something else. */
function numbered(text: string, { label, min, max, names, special }: Field): string {
  const wrong = (element: string) => new Error(`${label} cannot be "${element}"`);
  if (text === "?" && (label === "day-of-month" || label === "day-of-week")) return text;
  const upper = text
    .toUpperCase()
    .replace(/(?<![A-Z\d])[A-Z]{3}/g, (name) => (names?.includes(name) ? String(names.indexOf(name) + min) : name));
  // By itself the last day of the week, a Saturday.
  if (label === "day-of-week" && upper === "L") return "7";
  for (const element of upper.split(",")) {
    if (special?.test(element)) {
      if (upper !== element) throw new Error(`${label} cannot have "${element}" in a list`);
      if (label === "day-of-month" && element !== "L" && !between(Number.parseInt(element, 10), min, max)) {
        throw wrong(element);
      }
      continue;
    }
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(element);
    if (match === null) throw wrong(element);
    const [, from, to, step] = match;
    const numbers = [from, to].flatMap((number) => (number === undefined ? [] : [Number(number)]));
    const [first = min, last = max] = numbers;
    if (!numbers.every((number) => between(number, min, max)) || last < first) throw wrong(element);
    if (step !== undefined && !between(Number(step), 1, max)) throw wrong(element);
  }
  return upper;
}

const between = (value: number, min: number, max: number) => value >= min && value <= max;

/** The parser reads no list with steps in it, and wants lists in order: so each element by itself. */
function parseField(texts: readonly string[], index: number): (string | number)[] {
  const { member } = fields[index] as Field;
  const elements = (texts[index] ?? "")
    .split(",")
    .map((element) => cronParser.parse(texts.map((_, at) => (at === index ? element : "*")).join(" "))[member]);
  const [only = []] = elements;
  if (elements.length === 1) return only;
  return [...new Set(elements.flat())].sort((a, b) => Number(a) - Number(b));
}

function following(parsed: Parsed, wall: number): number | undefined {
  const [kind, weekday, which] = parsed.daysOfWeek;
  // The last or the third Friday: one of the Fridays, which the parser finds whatever the machine's time zone.
  const searched =
    kind === "L" || kind === "#" ? { ...parsed, daysOfWeek: [weekday as number] } : (parsed as typeof parsed);
  let from = new Date(wall);
  for (;;) {
    const found = cronParser.next(searched, from);
    if (found === null) return undefined;
    // The parser lets the 31st of April be the 1st of May.
    const start = found.getTime() - (found.getTime() % day);
    if (!isNamed(searched, found)) from = new Date(start - 1);
    else if (!isChosen(found, kind, which)) from = new Date(start + day - 1);
    else return found.getTime();
  }
}

function isNamed({ daysOfMonth, months }: Parsed, date: Date): boolean {
  const plain = daysOfMonth.length > 0 && daysOfMonth[0] !== "L" && daysOfMonth[0] !== "W";
  return months.includes(date.getUTCMonth() + 1) && (!plain || daysOfMonth.includes(date.getUTCDate()));
}

function isChosen(date: Date, kind: string | number | undefined, which: string | number | undefined): boolean {
  if (kind === "#") return Math.ceil(date.getUTCDate() / 7) === which;
  if (kind === "L") return new Date(date.getTime() + 7 * day).getUTCMonth() !== date.getUTCMonth();
  return true;
}
