// Times as a person reads them at night: how long ago, and how long still.

const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** The two largest units of a duration in milliseconds, as `13 d 21 h` or `40 s`. */
export function durationOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first === -1) return "0 s";
  let rest = seconds;
  const parts: string[] = [];
  for (const [name, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(" ");
}

/** The largest unit alone, as `2 h ago`. */
export function ago(time: Date, now: Date): string {
  const [largest] = /^\d+ \w+/.exec(durationOf(now.getTime() - time.getTime())) ?? ["0 s"];
  return `${largest} ago`;
}

/** What is left until the time. */
export function until(time: Date, now: Date): string {
  return time <= now ? "expired" : durationOf(time.getTime() - now.getTime());
}
